using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Data;

namespace Portal.Core.Audit;

/// <summary>Signs the head of each chain that has grown since its last checkpoint, every few minutes and whenever a chain is exported.</summary>
internal sealed partial class AuditCheckpoints(ITenantDbContextFactory contexts, AuditKey key, TimeProvider clock, ILogger<AuditCheckpoints> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>Signs the head of a team's chain unless its last checkpoint stands there already. The caller commits.</summary>
    public async Task SignAsync(PortalDbContext db, Guid team, CancellationToken cancellationToken)
    {
        var head = await db.Audit.AsNoTracking().Where(row => row.TeamId == team && row.Sequence != null).OrderByDescending(row => row.Sequence)
            .Select(row => new { Sequence = row.Sequence!.Value, row.Hash }).FirstOrDefaultAsync(cancellationToken);
        if (head is null || await db.AuditCheckpoints.AnyAsync(c => c.TeamId == team && c.Sequence == head.Sequence, cancellationToken)) return;
        // What the database keeps of a time is microseconds; a signature over more could never be checked.
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO portal.audit_checkpoints (team_id, sequence, hash, at, key_id, signature)
            VALUES ({team}, {head.Sequence}, {head.Hash}, {now}, {key.Id}, {key.Sign(team, head.Sequence, head.Hash!, now)}) ON CONFLICT DO NOTHING
            """, cancellationToken);
    }

    /// <summary>Signs every chain that has grown.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        List<Guid> grown;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            grown = await db.Database.SqlQuery<Guid>(
                $"""
                SELECT team.id AS "Value" FROM portal.teams team
                WHERE coalesce((SELECT max(sequence) FROM portal.audit WHERE team_id = team.id), 0) > coalesce((SELECT max(sequence) FROM portal.audit_checkpoints WHERE team_id = team.id), 0)
                """).ToListAsync(cancellationToken);
        }

        foreach (var team in grown)
        {
            await using var db = await contexts.CreateAsync(TenantContext.ForTeam(team), cancellationToken);
            await SignAsync(db, team, cancellationToken);
            await db.CommitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stoppingToken.IsCancellationRequested) await PassAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                PassFailed(logger, e);
            }
        }
    }

    [LoggerMessage(2301, LogLevel.Error, "Signing the audit's checkpoints failed; it is tried again")]
    private static partial void PassFailed(ILogger logger, Exception e);
}
