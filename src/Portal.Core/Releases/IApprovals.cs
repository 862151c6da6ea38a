using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>Approvals of releases in environments that ask for them.</summary>
public interface IApprovals
{
    /// <summary>The releases of an environment that wait, the oldest first. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<PendingApproval>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>Lets a release start. Forbidden for its author; Conflict when it does not wait any more, or the environment is frozen. Needs <see cref="Right.Approve"/>.</summary>
    Task<Result<ReleaseView>> ApproveAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken);

    /// <summary>Refuses a release. Needs <see cref="Right.Approve"/>.</summary>
    Task<Result<ReleaseView>> RejectAsync(Actor actor, ScopeRef app, int number, string? reason, CancellationToken cancellationToken);
}
