using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Terminals;

/// <summary>Terminals in instances.</summary>
public interface ITerminals
{
    /// <summary>
    /// Starts a shell in an instance. Needs <see cref="Right.Exec"/>, asked for again while it lasts. Beginning and end are audited; NotFound when the app has no such instance,
    /// Conflict when it does not run, Unavailable when the cluster refuses.
    /// </summary>
    Task<Result<ITerminal>> OpenAsync(Actor actor, ScopeRef app, string instance, CancellationToken cancellationToken);
}
