namespace Kube.Node.Probes;

/// <summary>One probing: whether it succeeded and, if not, why.</summary>
internal readonly record struct ProbeResult(bool Success, string Message)
{
    public static ProbeResult Ok { get; } = new(true, "");

    public static ProbeResult Failed(string message) => new(false, message);
}
