using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>The releases of an app. <c>app</c> names all four parts of the scope.</summary>
public interface IReleases
{
    /// <summary>The newest releases first, at most <paramref name="limit"/> (1 to 200). Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<ReleaseView>>> ListAsync(Actor actor, ScopeRef app, int limit, CancellationToken cancellationToken);

    /// <summary>One release. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<ReleaseView>> GetAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken);

    /// <summary>What differs from one release to another, by field of the merged spec, secrets by version. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<FieldChange>>> DiffAsync(Actor actor, ScopeRef app, int from, int to, CancellationToken cancellationToken);

    /// <summary>Makes a new release equal to an old one: image, configuration, secret versions, scale and domains. Needs <see cref="Right.Deploy"/>.</summary>
    Task<Result<ReleaseView>> RollBackAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken);

    /// <summary>The plan a release carried out, as it was shown. NotFound when none was made. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<PlanView>> PlanAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels the rollout of a release that is not final yet; Conflict when it is. The worker then makes a release equal to the last good one, if there is one.
    /// Needs <see cref="Right.Deploy"/>.
    /// </summary>
    Task<Result<ReleaseView>> CancelAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken);
}
