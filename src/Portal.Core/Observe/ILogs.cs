using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>The logs of an app's instances.</summary>
public interface ILogs
{
    /// <summary>
    /// Streams lines; in order within an instance. Needs <see cref="Right.LogsRead"/>, re-checked while following.
    /// An instance that is not of this app is NotFound.
    /// </summary>
    Task<Result<IAsyncEnumerable<LogLine>>> ReadAsync(Actor actor, ScopeRef app, LogQuery query, CancellationToken cancellationToken);
}
