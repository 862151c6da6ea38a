using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>The audit of a team.</summary>
public interface IAudit
{
    /// <summary>The newest acts first, at most <paramref name="limit"/> (1 to 500), older than <paramref name="before"/> when given. Needs <see cref="Right.AuditRead"/>.</summary>
    Task<Result<IReadOnlyList<AuditView>>> ListAsync(Actor actor, string team, int limit, long? before, CancellationToken cancellationToken);
}
