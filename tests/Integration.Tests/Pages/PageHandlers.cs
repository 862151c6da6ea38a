using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Portal.Core.Members;

namespace Integration.Tests.Pages;

/// <summary>
/// What people can set off in the console, found in its compiled code: every method that the rendering code of a component hands out as a delegate (an event handler,
/// a callback of another component) and that reaches a use case of the product. A use case is an interface method of Portal.Core that takes an <see cref="Actor"/>;
/// the console has no other way to a tenant's data. What a component does by itself when it is shown is no handler: the walk over the routes covers it, and Retry with it.
/// </summary>
internal static class PageHandlers
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
    private static readonly Assembly Console = typeof(Portal.Web.Layout.App).Assembly;
    private static readonly string[] Lifecycle = ["OnInitialized", "OnInitializedAsync", "OnParametersSet", "OnParametersSetAsync", "OnAfterRender", "OnAfterRenderAsync", "SetParametersAsync"];

    public static IReadOnlyList<Type> Components { get; } = [.. Console.GetTypes().Where(type => type is { IsAbstract: false, IsClass: true } && type.IsAssignableTo(typeof(IComponent))).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Templates of all pages with their components.</summary>
    public static IReadOnlyList<(string Template, Type Page)> Routes { get; } = [.. Components.SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (route.Template, type)))];

    /// <summary>All handlers as <c>Component.Method</c>, each with the use cases it reaches beyond those that showing the component asks anyway.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Find()
    {
        var found = new SortedDictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var component in Components)
        {
            var shown = new Reach(component);
            foreach (var name in Lifecycle) shown.From(Resolve(component, name));
            foreach (var handler in Bound(component).Distinct())
            {
                var reach = new Reach(component);
                reach.From(handler);
                if (reach.UseCases.Count > 0 && !shown.Methods.Contains(handler)) found[$"{component.Name}.{handler.Name}"] = reach.UseCases.Except(shown.UseCases).ToHashSet(StringComparer.Ordinal);
            }
        }

        return found;
    }

    /// <summary>Methods of components that call a use case although no event and no life cycle leads there: code that the search would miss.</summary>
    public static IReadOnlyList<string> Unreached()
    {
        var missed = new List<string>();
        foreach (var component in Components)
        {
            var reach = new Reach(component);
            foreach (var name in Lifecycle) reach.From(Resolve(component, name));
            foreach (var handler in Bound(component)) reach.From(handler);
            missed.AddRange(Own(component).Where(method => MethodCalls.Of(method).Any(call => IsUseCase(call.Method)) && !reach.Methods.Contains(method)).Select(method => $"{component.Name}: {method}"));
        }

        return missed;
    }

    // Delegates made while rendering; fragments of markup are rendering code themselves.
    private static IEnumerable<MethodBase> Bound(Type component)
    {
        var rendering = new Queue<MethodBase>([.. Own(component).Where(method => method.Name == "BuildRenderTree")]);
        var seen = new HashSet<MethodBase>(rendering);
        while (rendering.TryDequeue(out var method))
        {
            foreach (var (target, isDelegate) in MethodCalls.Of(method))
            {
                if (!isDelegate || target.Module != Console.ManifestModule) continue;
                if (IsMarkup(target))
                {
                    if (seen.Add(target)) rendering.Enqueue(target);
                }
                else
                {
                    foreach (var handler in Named(component, target)) yield return handler;
                }
            }
        }
    }

    // A lambda is known by the methods of the component that it calls.
    private static IEnumerable<MethodBase> Named(Type component, MethodBase target)
    {
        if (!target.Name.StartsWith('<') && target.Name != "MoveNext") return [Override(component, target)];
        var calls = MethodCalls.Of(target);
        var direct = calls.Any(call => IsUseCase(call.Method)) ? [target] : Array.Empty<MethodBase>();
        return [.. direct, .. calls.Where(call => call.Method.Module == Console.ManifestModule && (call.Method.DeclaringType!.IsAssignableFrom(component) || call.Method.Name.StartsWith('<') || call.Method.DeclaringType.Name.StartsWith('<'))).SelectMany(call => Named(component, call.Method))];
    }

    private static bool IsMarkup(MethodBase method) =>
        method is MethodInfo { ReturnType: var type } && (type == typeof(RenderFragment) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(RenderFragment<>)))
        || method.GetParameters().Any(parameter => parameter.ParameterType == typeof(RenderTreeBuilder));

    private static bool IsUseCase(MethodBase method) =>
        method.DeclaringType is { IsInterface: true } type && type.Assembly == typeof(Actor).Assembly && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Actor));

    private static IEnumerable<MethodBase> Own(Type type) =>
        type.GetMethods(All | BindingFlags.DeclaredOnly).Concat<MethodBase>(type.GetNestedTypes(All).SelectMany(Own));

    private static MethodBase? Resolve(Type component, string name) =>
        component.GetMethods(All).Where(method => method.Name == name && method.DeclaringType!.Assembly == Console).Select(method => Override(component, method)).FirstOrDefault();

    // What a call of a virtual method means in this component.
    private static MethodBase Override(Type component, MethodBase method) =>
        method is MethodInfo { IsVirtual: true } called && called.DeclaringType!.IsAssignableFrom(component) && !called.DeclaringType.IsInterface
            ? component.GetMethods(All).FirstOrDefault(own => own.IsVirtual && own.GetBaseDefinition() == called.GetBaseDefinition()) is { } own ? Declared(own) : method
            : method is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : Declared(method);

    // The same method seen from a derived type is another object; the one of its own type stands for it.
    private static MethodBase Declared(MethodBase method) =>
        method.ReflectedType == method.DeclaringType ? method : MethodBase.GetMethodFromHandle(method.MethodHandle, method.DeclaringType!.TypeHandle)!;

    private sealed class Reach(Type component)
    {
        public HashSet<MethodBase> Methods { get; } = [];

        public HashSet<string> UseCases { get; } = new(StringComparer.Ordinal);

        public void From(MethodBase? start)
        {
            if (start is null) return;
            if (IsUseCase(start))
            {
                UseCases.Add($"{start.DeclaringType!.Name}.{start.Name}");
                return;
            }

            var method = Override(component, start);
            if (method.Module != Console.ManifestModule || !Methods.Add(method)) return;
            foreach (var (called, _) in MethodCalls.Of(method)) From(called);
        }
    }
}
