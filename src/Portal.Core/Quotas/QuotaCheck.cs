using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>Keeps a team's sums within its quota. Locks the team's row while summing, so that parallel changes cannot pass together.</summary>
internal sealed class QuotaCheck(PortalCoreOptions options)
{
    /// <summary>Books what the app's new spec asks for; an error when the team may not have that much.</summary>
    public async Task<Error?> TakeAsync(PortalDbContext db, AppRow app, AppSpec spec, CancellationToken cancellationToken)
    {
        var (instances, cpu, memory) = Sum(spec);
        if (instances > app.Instances || cpu > app.CpuMillis || memory > app.MemoryMebibytes || app.LastRelease == 0)
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM portal.teams WHERE id = {app.TeamId} FOR UPDATE", cancellationToken);
            var quota = await db.Quotas.AsNoTracking().SingleOrDefaultAsync(q => q.TeamId == app.TeamId, cancellationToken) ?? new QuotaRow
            {
                TeamId = app.TeamId,
                Apps = options.QuotaApps,
                Instances = options.QuotaInstances,
                CpuMillis = options.QuotaCpuMillis,
                MemoryMebibytes = options.QuotaMemoryMebibytes,
            };
            var others = await db.Apps.AsNoTracking().Where(a => a.TeamId == app.TeamId && a.Id != app.Id)
                .GroupBy(a => a.TeamId)
                .Select(g => new { Apps = g.Count(), Instances = g.Sum(a => a.Instances), Cpu = g.Sum(a => a.CpuMillis), Memory = g.Sum(a => a.MemoryMebibytes) })
                .SingleOrDefaultAsync(cancellationToken);
            if ((others?.Apps ?? 0) + 1 > quota.Apps) return Over("apps", quota.Apps, (others?.Apps ?? 0) + 1);
            if ((others?.Instances ?? 0) + instances > quota.Instances) return Over("instances", quota.Instances, (others?.Instances ?? 0) + instances);
            if ((others?.Cpu ?? 0) + cpu > quota.CpuMillis) return Over("thousandths of a CPU", quota.CpuMillis, (others?.Cpu ?? 0) + cpu);
            if ((others?.Memory ?? 0) + memory > quota.MemoryMebibytes) return Over("MiB of memory", quota.MemoryMebibytes, (others?.Memory ?? 0) + memory);
        }

        (app.Instances, app.CpuMillis, app.MemoryMebibytes) = (instances, cpu, memory);
        return null;
    }

    private static Error Over(string what, int allowed, int asked) => Error.QuotaExceeded($"The team may have {allowed} {what}; with this change it would have {asked}.");

    private static (int Instances, int CpuMillis, int MemoryMebibytes) Sum(AppSpec spec)
    {
        var (instances, cpu, memory) = (0, 0, 0);
        foreach (var process in spec.Processes.Values)
        {
            var size = SizeTable.Find(process.Size ?? SizeTable.Default)!;
            var count = process.Most;
            instances += count;
            cpu += count * Millis(size.CpuRequest);
            memory += count * Mebibytes(size.Memory);
        }

        return (instances, cpu, memory);
    }

    // The size table writes "250m" or "2", and "256Mi" or "1Gi"; nothing else reaches here.
    private static int Millis(string cpu) => cpu.EndsWith('m') ? Int(cpu[..^1]) : Int(cpu) * 1000;

    private static int Mebibytes(string memory) => memory.EndsWith("Gi", StringComparison.Ordinal) ? Int(memory[..^2]) * 1024 : Int(memory[..^2]);

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
