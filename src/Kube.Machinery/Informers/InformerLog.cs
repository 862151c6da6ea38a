using Microsoft.Extensions.Logging;

namespace Kube.Machinery.Informers;

internal static partial class InformerLog
{
    [LoggerMessage(1101, LogLevel.Debug, "The watch of {Resource} broke and is resumed: {Cause}")]
    public static partial void InformerReconnects(this ILogger logger, string resource, string cause);

    [LoggerMessage(1102, LogLevel.Information, "{Resource} are listed again: {Cause}")]
    public static partial void InformerRelists(this ILogger logger, string resource, string cause);
}
