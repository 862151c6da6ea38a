using System.Collections.Immutable;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Observe;

/// <summary>
/// The live view. A stream yields the present state at once and then a whole new state whenever something changed, at most five a second;
/// it re-checks the actor's right at least every five seconds and ends when it is gone.
/// </summary>
public interface IAppObserver
{
    /// <summary>One app now. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<AppSnapshot>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>One app from now on. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IAsyncEnumerable<AppSnapshot>>> WatchAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>Every app of an environment now, by name. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<ImmutableArray<AppSnapshot>>> GetEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>Every app of an environment from now on. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>> WatchEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);
}
