using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cel;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>
/// One of <c>x-kubernetes-validations</c>: an expression that must be true of <c>self</c>, and of <c>oldSelf</c> if it names it
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules).
/// </summary>
internal sealed partial class CelRule
{
    // What a rule may cost: the values it looks at, to the power of the loops in it. Kubernetes estimates costs when a rule is defined; here the document counts.
    private const double MostSteps = 2_000_000;
    private readonly CelProgramDelegate? _program;
    private readonly CelProgramDelegate? _message;
    private readonly int _loops;

    public CelRule(JsonObject source)
    {
        Source = source;
        Expression = source.Text("rule") ?? "";
        IsTransition = OldSelf().IsMatch(Expression);
        Fault = CelEnvironments.Compile(Expression, out _program);
        _loops = Loop().Count(Expression);
        if (Fault is null && source.Text("messageExpression") is { Length: > 0 } text)
            MessageFault = CelEnvironments.Compile(text, out _message);
    }

    public JsonObject Source { get; }

    public string Expression { get; }

    /// <summary>Looks at the old value too, and holds only where there is one.</summary>
    public bool IsTransition { get; }

    /// <summary>Why the expression is none; null when it is one.</summary>
    public string? Fault { get; }

    /// <summary>Why the message's expression is none; null when it is one or there is none.</summary>
    public string? MessageFault { get; }

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    /// <param name="self">The value.</param>
    /// <param name="oldSelf">The value before, or null.</param>
    /// <param name="size">How many values there are within it.</param>
    public string? Check(object? self, object? oldSelf, int size)
    {
        if (_program is null)
            return Fault;
        if (Math.Pow(size, Math.Max(1, _loops)) > MostSteps)
            return $"rule {Expression} would cost too much for a value of this size";
        var variables = new Dictionary<string, object?> { ["self"] = self, ["oldSelf"] = oldSelf };
        try
        {
            return _program(variables) is true ? null : Message(variables);
        }
        catch (CelException e)
        {
            return $"rule evaluation error: {Expression}: {e.Message}";
        }
        catch (Exception e) when (e is InvalidCastException or ArgumentException or InvalidOperationException or NullReferenceException or FormatException or OverflowException)
        {
            // The library's own slips over unusual values: the rule has not been shown to hold.
            return $"rule evaluation error: {Expression}: {e.Message}";
        }
    }

    [GeneratedRegex(@"\boldSelf\b", RegexOptions.CultureInvariant)]
    private static partial Regex OldSelf();

    [GeneratedRegex(@"\.(all|exists|exists_one|map|filter)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Loop();

    private string Message(Dictionary<string, object?> variables)
    {
        try
        {
            if (_message?.Invoke(variables) is string { Length: > 0 } text)
                return text;
        }
        catch (CelException)
        {
            // The fixed message stands in for one that cannot be made.
        }

        return Source.Text("message") is { Length: > 0 } message ? message : $"failed rule: {Expression}";
    }
}
