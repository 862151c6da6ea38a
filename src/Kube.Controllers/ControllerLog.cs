using Microsoft.Extensions.Logging;

namespace Kube.Controllers;

internal static partial class ControllerLog
{
    [LoggerMessage(3001, LogLevel.Error, "{Controller} failed and starts anew")]
    public static partial void ControllerFailed(this ILogger logger, string controller, Exception cause);

    [LoggerMessage(3002, LogLevel.Information, "Node {Node} is silent for {Seconds:F1} s and counts as unreachable")]
    public static partial void NodeUnreachable(this ILogger logger, string node, double seconds);

    [LoggerMessage(3003, LogLevel.Warning, "Evictions pause: {Unhealthy} of {All} nodes are not ready")]
    public static partial void EvictionsPause(this ILogger logger, int unhealthy, int all);

    [LoggerMessage(3004, LogLevel.Information, "Pod {Namespace}/{Name} is evicted from {Node}")]
    public static partial void PodEvicted(this ILogger logger, string @namespace, string name, string node);

    [LoggerMessage(3005, LogLevel.Information, "Pod {Namespace}/{Name} is removed: {Cause}")]
    public static partial void PodRemoved(this ILogger logger, string @namespace, string name, string cause);

    [LoggerMessage(3006, LogLevel.Warning, "No pod range is left in {Cidr} for node {Node}")]
    public static partial void PodRangeExhausted(this ILogger logger, string cidr, string node);

    [LoggerMessage(3007, LogLevel.Debug, "The kinds could not be discovered: {Cause}")]
    public static partial void DiscoveryFailed(this ILogger logger, string cause);
}
