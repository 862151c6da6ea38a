using System.Reflection;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

/// <summary>Stands before a double and lets <see cref="Trouble"/> answer in its place. A use case returns <c>Task&lt;Result&lt;T&gt;&gt;</c>, so one such stand-in fits all of them.</summary>
/// <typeparam name="T">The use case's interface.</typeparam>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class Troubled<T> : DispatchProxy where T : class
#pragma warning restore CA1852
{
    private T _inner = null!;
    private Trouble _trouble = null!;

    public static T Around(T inner, Trouble trouble)
    {
        var proxy = Create<T, Troubled<T>>();
        var troubled = (Troubled<T>)(object)proxy;
        (troubled._inner, troubled._trouble) = (inner, trouble);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.ReturnType is { IsGenericType: true } task && task.GetGenericTypeDefinition() == typeof(Task<>) ? task.GenericTypeArguments[0] : null;
        if (_trouble.IsOver || result is not { IsGenericType: true } || result.GetGenericTypeDefinition() != typeof(Result<>))
            return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
        return typeof(Troubled<T>).GetMethod(nameof(Answer), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(result.GenericTypeArguments[0]).Invoke(null, [_trouble]);
    }

    private static Task<Result<TValue>> Answer<TValue>(Trouble trouble) =>
        trouble.Error is { } error ? Task.FromResult(Result<TValue>.Fail(error)) : new TaskCompletionSource<Result<TValue>>().Task;
}
