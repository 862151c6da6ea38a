using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

internal static partial class SchedulerLog
{
    [LoggerMessage(2001, LogLevel.Debug, "The condition of pod {Namespace}/{Name} was not written: {Cause}")]
    public static partial void ConditionNotWritten(this ILogger logger, string @namespace, string name, string cause);

    [LoggerMessage(2002, LogLevel.Information, "Pod {Namespace}/{Name} was not bound to {Node} and is tried again: {Cause}")]
    public static partial void BindFailed(this ILogger logger, string @namespace, string name, string node, string cause);

    [LoggerMessage(2004, LogLevel.Warning, "A place could not be prepared for pod {Uid}; another is looked for: {Cause}")]
    public static partial void PreparationFailed(this ILogger logger, string uid, string cause);

    [LoggerMessage(2003, LogLevel.Error, "The scheduler's loop failed and starts anew")]
    public static partial void LoopFailed(this ILogger logger, Exception cause);
}
