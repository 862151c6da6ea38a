using Microsoft.Extensions.Logging;

namespace Kube.Machinery.LeaderElection;

internal static partial class LeaderElectionLog
{
    [LoggerMessage(1301, LogLevel.Information, "{Identity} leads {Lease}")]
    public static partial void StartedLeading(this ILogger logger, string lease, string identity);

    [LoggerMessage(1302, LogLevel.Information, "{Identity} no longer leads {Lease}")]
    public static partial void StoppedLeading(this ILogger logger, string lease, string identity);

    [LoggerMessage(1303, LogLevel.Debug, "The Lease {Lease} could not be taken: {Cause}")]
    public static partial void ElectionTryFailed(this ILogger logger, string lease, string cause);
}
