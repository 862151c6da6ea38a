using Microsoft.Extensions.Logging;

namespace Portal.Web.Live;

internal static partial class Log
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "A use case failed under {CorrelationId}")]
    public static partial void UseCaseFailed(ILogger logger, Exception exception, string correlationId);
}
