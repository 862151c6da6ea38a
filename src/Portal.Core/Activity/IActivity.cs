using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Activity;

/// <summary>What happened in a project.</summary>
public interface IActivity
{
    /// <summary>
    /// Releases, warnings of the cluster and, for those with <see cref="Right.AuditRead"/>, audited acts of a project, newest first, at most <paramref name="limit"/> (1 to 200),
    /// older than <paramref name="before"/> when given. Needs <see cref="Right.AppView"/>.
    /// </summary>
    Task<Result<IReadOnlyList<ActivityItem>>> ListAsync(Actor actor, string team, string project, int limit, DateTimeOffset? before, CancellationToken cancellationToken);
}
