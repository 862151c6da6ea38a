using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>The store's log messages. Event ids 2000 to 2099.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(2000, LogLevel.Information, "The store leads with epoch {Epoch} from revision {Revision}")]
    public static partial void Leads(ILogger logger, long epoch, long revision);

    [LoggerMessage(2001, LogLevel.Warning, "Another server process has taken the lead of the store; this one follows")]
    public static partial void Fenced(ILogger logger);

    [LoggerMessage(2002, LogLevel.Critical, "The store's writer has failed")]
    public static partial void WriterFailed(ILogger logger, Exception exception);

    [LoggerMessage(2003, LogLevel.Error, "PostgreSQL refused a batch of {Count} changes; nothing of it was written")]
    public static partial void BatchRefused(ILogger logger, int count, Exception exception);

    [LoggerMessage(2004, LogLevel.Warning, "The connection to PostgreSQL was lost at revision {Revision}: {Reason}")]
    public static partial void Disconnected(ILogger logger, long revision, string reason);

    [LoggerMessage(2005, LogLevel.Information, "The connection to PostgreSQL is back after {Milliseconds} ms, epoch {Epoch}; the batch in flight {Outcome}")]
    public static partial void Reconnected(ILogger logger, long milliseconds, long epoch, string outcome);

    [LoggerMessage(2006, LogLevel.Warning, "PostgreSQL cannot be reached yet: {Reason}")]
    public static partial void Unreachable(ILogger logger, string reason);

    [LoggerMessage(2007, LogLevel.Information, "Compaction dropped {Count} partitions of the log below revision {Floor}")]
    public static partial void Compacted(ILogger logger, int count, long floor);

    [LoggerMessage(2008, LogLevel.Warning, "Maintenance of the log failed and will be tried again: {Reason}")]
    public static partial void MaintenanceFailed(ILogger logger, string reason);

    [LoggerMessage(2009, LogLevel.Information, "Created the key file {Path} that encrypts secrets; keep a copy apart from the database")]
    public static partial void KeyFileCreated(ILogger logger, string path);

    [LoggerMessage(2010, LogLevel.Information, "The store has loaded {Objects} objects at revision {Revision} in {Milliseconds} ms")]
    public static partial void Loaded(ILogger logger, int objects, long revision, long milliseconds);

    [LoggerMessage(2011, LogLevel.Information, "The store follows the server {Leader} with epoch {Epoch} from revision {Revision}")]
    public static partial void Follows(ILogger logger, string leader, long epoch, long revision);

    [LoggerMessage(2012, LogLevel.Warning, "The log does not go on from revision {Revision}: everything was loaded again at {Current}, watches start anew")]
    public static partial void Reloaded(ILogger logger, long revision, long current);

    [LoggerMessage(2013, LogLevel.Warning, "{Service} has failed and is started again while this process leads")]
    public static partial void ServiceFailed(ILogger logger, string service, Exception exception);
}
