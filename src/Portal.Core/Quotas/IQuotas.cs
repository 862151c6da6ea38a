using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>
/// Quotas of teams and projects. The portal keeps the sums; in each environment's namespace a ResourceQuota and a LimitRange hold against whatever else makes pods there.
/// </summary>
public interface IQuotas
{
    /// <summary>A team's quota, use and requests. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<QuotaView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>Asks for another quota. Needs <see cref="Right.QuotaRequest"/>.</summary>
    Task<Result<QuotaRequest>> RequestAsync(Actor actor, string team, QuotaAmounts wanted, string reason, CancellationToken cancellationToken);

    /// <summary>Says what a project may have of its team's quota, or with null that only the team's holds. Needs <see cref="Right.QuotaRequest"/>, as it only divides what the team has.</summary>
    Task<Result<Unit>> SetProjectAsync(Actor actor, string team, string project, QuotaAmounts? limits, CancellationToken cancellationToken);

    /// <summary>All teams' open requests. Forbidden without <see cref="PlatformRoles.QuotaManager"/> or <see cref="PlatformRoles.PlatformAdmin"/>.</summary>
    Task<Result<IReadOnlyList<QuotaRequest>>> ListRequestsAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>Grants or denies a request. Forbidden without <see cref="PlatformRoles.QuotaManager"/> or <see cref="PlatformRoles.PlatformAdmin"/>, and for its author.</summary>
    Task<Result<QuotaRequest>> DecideAsync(Actor actor, Guid id, bool grant, CancellationToken cancellationToken);

    /// <summary>Sets a team's quota. Forbidden without <see cref="PlatformRoles.QuotaManager"/> or <see cref="PlatformRoles.PlatformAdmin"/>.</summary>
    Task<Result<QuotaAmounts>> SetAsync(Actor actor, string team, QuotaAmounts limits, CancellationToken cancellationToken);
}
