using Microsoft.Extensions.Logging;

namespace Portal.Web.Live;

internal static partial class Log
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "A use case failed under {CorrelationId}")]
    public static partial void UseCaseFailed(ILogger logger, Exception exception, string correlationId);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "A use case could not be answered under {CorrelationId}: {Reason}")]
    public static partial void UseCaseUnavailable(ILogger logger, string reason, string correlationId);
}
