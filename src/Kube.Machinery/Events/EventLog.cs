using Microsoft.Extensions.Logging;

namespace Kube.Machinery.Events;

internal static partial class EventLog
{
    [LoggerMessage(1401, LogLevel.Debug, "An event {Reason} was not written: {Cause}")]
    public static partial void EventNotWritten(this ILogger logger, string reason, string cause);
}
