using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Integration.Tests.Pages;

/// <summary>Reads from the compiled code of a method which methods it calls, and of which it makes delegates.</summary>
internal static class MethodCalls
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<MethodBase, IReadOnlyList<(MethodBase Method, bool Delegate)>> Known = new();

    public static IReadOnlyList<(MethodBase Method, bool Delegate)> Of(MethodBase method) => Known.GetOrAdd(method, m => [.. Read(m)]);

    private static IEnumerable<(MethodBase Method, bool Delegate)> Read(MethodBase method)
    {
        // An async method's own body only starts its state machine.
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            yield return (machine.StateMachineType.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic)!, false);
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } body) yield break;
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < body.Length;)
        {
            var value = body[at] == 0xFE ? unchecked((short)(0xFE00 | body[at + 1])) : body[at];
            var code = Codes[value];
            at += code.Size;
            if (code.OperandType == OperandType.InlineMethod)
                yield return (method.Module.ResolveMethod(BitConverter.ToInt32(body, at), typeArguments, methodArguments)!, code == OpCodes.Ldftn || code == OpCodes.Ldvirtftn);
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, at)),
                _ => 4,
            };
        }
    }
}
