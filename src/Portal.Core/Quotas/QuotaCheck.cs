using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>Keeps a team's and a project's sums within their quotas. Locks the team's row while summing, so that parallel changes cannot pass together.</summary>
internal sealed class QuotaCheck(PortalCoreOptions options)
{
    /// <summary>Books what the app's new spec asks for; an error when the team may not have that much.</summary>
    public async Task<Error?> TakeAsync(PortalDbContext db, AppRow app, AppSpec spec, CancellationToken cancellationToken)
    {
        var (instances, cpu, memory) = Sum(spec);
        if (instances > app.Instances || cpu > app.CpuMillis || memory > app.MemoryMebibytes || app.LastRelease == 0)
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM portal.teams WHERE id = {app.TeamId} FOR UPDATE", cancellationToken);
            var wanted = new QuotaAmounts(1, instances, cpu, memory);
            var others = db.Apps.AsNoTracking().Where(a => a.Id != app.Id);
            if (Over("team", await QuotaSums.LimitsAsync(db, app.TeamId, options, cancellationToken), await QuotaSums.UsedAsync(others.Where(a => a.TeamId == app.TeamId), cancellationToken), wanted) is { } team) return team;
            var project = await db.Environments.Where(e => e.Id == app.EnvironmentId).Select(e => e.ProjectId).SingleAsync(cancellationToken);
            if (await QuotaSums.ProjectLimitsAsync(db, project, cancellationToken) is { } limits)
            {
                var beside = await QuotaSums.UsedAsync(others.Where(a => db.Environments.Any(e => e.Id == a.EnvironmentId && e.ProjectId == project)), cancellationToken);
                if (Over("project", limits, beside, wanted) is { } exceeded) return exceeded;
            }
        }

        (app.Instances, app.CpuMillis, app.MemoryMebibytes) = (instances, cpu, memory);
        return null;
    }

    private static Error? Over(string whose, QuotaAmounts allowed, QuotaAmounts others, QuotaAmounts wanted)
    {
        foreach (var (what, limit, asked) in new[]
        {
            ("apps", allowed.Apps, others.Apps + wanted.Apps), ("instances", allowed.Instances, others.Instances + wanted.Instances),
            ("thousandths of a CPU", allowed.CpuMillis, others.CpuMillis + wanted.CpuMillis), ("MiB of memory", allowed.MemoryMebibytes, others.MemoryMebibytes + wanted.MemoryMebibytes),
        })
        {
            if (asked > limit) return Error.QuotaExceeded($"The {whose} may have {limit} {what}; with this change it would have {asked}.");
        }

        return null;
    }

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
