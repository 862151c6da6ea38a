using Microsoft.Extensions.Logging;

namespace Kube.Node;

/// <summary>The agent's log messages.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "containerd {Version} is ready at {Socket}")]
    public static partial void ContainerdReady(ILogger logger, string version, string socket);

    [LoggerMessage(2, LogLevel.Warning, "containerd at {Socket} does not answer ({Reason}); starting it")]
    public static partial void ContainerdDown(ILogger logger, string socket, string reason);

    [LoggerMessage(3, LogLevel.Warning, "containerd's event stream broke: {Reason}")]
    public static partial void EventStreamBroken(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Error, "pod {Pod}: {Step} failed")]
    public static partial void PodStepFailed(ILogger logger, Exception e, string pod, string step);

    [LoggerMessage(5, LogLevel.Information, "pod {Pod}: {What}")]
    public static partial void PodChanged(ILogger logger, string pod, string what);

    [LoggerMessage(6, LogLevel.Warning, "image import of {File} failed: {Reason}")]
    public static partial void ImportFailed(ILogger logger, string file, string reason);

    [LoggerMessage(7, LogLevel.Information, "imported {Images} from {File}")]
    public static partial void Imported(ILogger logger, string images, string file);

    [LoggerMessage(8, LogLevel.Warning, "{What} failed, will be tried again: {Reason}")]
    public static partial void WillRetry(ILogger logger, string what, string reason);

    [LoggerMessage(9, LogLevel.Information, "joined the cluster as {User}")]
    public static partial void Joined(ILogger logger, string user);

    [LoggerMessage(10, LogLevel.Information, "removing {What}: no pod of that UID belongs to this node")]
    public static partial void RemovingOrphan(ILogger logger, string what);

    [LoggerMessage(11, LogLevel.Information, "kubelet API listens on {Address}:{Port}")]
    public static partial void Listening(ILogger logger, string address, int port);

    [LoggerMessage(12, LogLevel.Warning, "pod {Pod}: {Kind} probe of {Container} failed: {Reason}")]
    public static partial void ProbeFailed(ILogger logger, string pod, string kind, string container, string reason);

    [LoggerMessage(13, LogLevel.Information, "node {Node} is registered")]
    public static partial void Registered(ILogger logger, string node);

    [LoggerMessage(14, LogLevel.Information, "certificates renewed, valid until {NotAfter:u}")]
    public static partial void Renewed(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(15, LogLevel.Critical, "the agent ends because of a fault of its own")]
    public static partial void AgentFailed(ILogger logger, Exception e);

    [LoggerMessage(16, LogLevel.Error, "the worker of pod {Pod} failed; it starts over")]
    public static partial void WorkerFailed(ILogger logger, Exception e, string pod);
}
