using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>The logs of an app's instances.</summary>
public interface ILogs
{
    /// <summary>
    /// Streams lines: first those already written, of all instances in one order of time, then new ones as they come, in order within an instance. Needs <see cref="Right.LogsRead"/>, re-checked while following.
    /// An instance that is not of this app is NotFound.
    /// </summary>
    Task<Result<IAsyncEnumerable<LogLine>>> ReadAsync(Actor actor, ScopeRef app, LogQuery query, CancellationToken cancellationToken);

    /// <summary>Whether the nodes of the app's instances take secrets out of its logs. Needs <see cref="Right.LogsRead"/>.</summary>
    Task<Result<LogProtection>> ProtectionAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);
}
