namespace Kube.Node.Pods;

/// <summary>A container cannot be started; the reason becomes its waiting reason, the message is shown to the user.</summary>
internal sealed class ContainerStartException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public const string ConfigError = "CreateContainerConfigError";
    public const string CreateError = "CreateContainerError";
    public const string RunError = "RunContainerError";
    public const string PostStartError = "PostStartHookError";

    public string Reason { get; } = reason;

    /// <summary>Before when another attempt makes no sense; null when the container's own back-off decides.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
