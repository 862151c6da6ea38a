using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Quotas;

/// <summary>What teams and projects may have and use.</summary>
internal static class QuotaSums
{
    public static async Task<QuotaAmounts> LimitsAsync(PortalDbContext db, Guid team, PortalCoreOptions options, CancellationToken cancellationToken) =>
        await db.Quotas.AsNoTracking().Where(q => q.TeamId == team).Select(q => new QuotaAmounts(q.Apps, q.Instances, q.CpuMillis, q.MemoryMebibytes)).SingleOrDefaultAsync(cancellationToken)
        ?? new(options.QuotaApps, options.QuotaInstances, options.QuotaCpuMillis, options.QuotaMemoryMebibytes);

    public static Task<QuotaAmounts?> ProjectLimitsAsync(PortalDbContext db, Guid project, CancellationToken cancellationToken) =>
        db.ProjectQuotas.AsNoTracking().Where(q => q.ProjectId == project).Select(q => (QuotaAmounts?)new QuotaAmounts(q.Apps, q.Instances, q.CpuMillis, q.MemoryMebibytes)).SingleOrDefaultAsync(cancellationToken);

    public static async Task<QuotaAmounts> UsedAsync(IQueryable<AppRow> apps, CancellationToken cancellationToken) =>
        await apps.GroupBy(_ => 1).Select(g => new QuotaAmounts(g.Count(), g.Sum(a => a.Instances), g.Sum(a => a.CpuMillis), g.Sum(a => a.MemoryMebibytes))).SingleOrDefaultAsync(cancellationToken)
        ?? new(0, 0, 0, 0);

    /// <summary>The smaller of two limits in each amount.</summary>
    public static QuotaAmounts Least(QuotaAmounts one, QuotaAmounts? other) => other is null
        ? one
        : new(Math.Min(one.Apps, other.Apps), Math.Min(one.Instances, other.Instances), Math.Min(one.CpuMillis, other.CpuMillis), Math.Min(one.MemoryMebibytes, other.MemoryMebibytes));
}
