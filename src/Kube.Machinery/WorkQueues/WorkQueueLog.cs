using Microsoft.Extensions.Logging;

namespace Kube.Machinery.WorkQueues;

internal static partial class WorkQueueLog
{
    [LoggerMessage(1201, LogLevel.Warning, "{Key} failed and is tried again after its back-off")]
    public static partial void ReconcileFailed(this ILogger logger, string key, Exception cause);

    [LoggerMessage(1202, LogLevel.Debug, "{Key} was decided on an outdated version and is tried again: {Cause}")]
    public static partial void ReconcileOutdated(this ILogger logger, string key, string cause);
}
