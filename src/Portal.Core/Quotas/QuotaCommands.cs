using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>Quotas of teams and projects.</summary>
internal sealed class QuotaCommands(UnitOfWork work, ITenantDbContextFactory contexts, AuditTrail audit, WorkSignal signal, PortalCoreOptions options, TimeProvider clock) : IQuotas
{
    private const int Most = 1_000_000_000;

    public Task<Result<QuotaView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<QuotaView>(actor, Right.AppView, new(team), async (db, access) =>
        {
            var id = access.Tenant.TeamId!.Value;
            var projects = new List<ProjectQuota>();
            foreach (var project in await db.Projects.AsNoTracking().OrderBy(p => p.Name).ToListAsync(cancellationToken))
            {
                var apps = db.Apps.AsNoTracking().Where(a => db.Environments.Any(e => e.Id == a.EnvironmentId && e.ProjectId == project.Id));
                projects.Add(new(project.Name, await QuotaSums.ProjectLimitsAsync(db, project.Id, cancellationToken), await QuotaSums.UsedAsync(apps, cancellationToken)));
            }

            var requests = await db.QuotaRequests.AsNoTracking().Where(r => r.TeamId == id).OrderByDescending(r => r.CreatedAt).Take(50).ToListAsync(cancellationToken);
            return new QuotaView(
                await QuotaSums.LimitsAsync(db, id, options, cancellationToken), await QuotaSums.UsedAsync(db.Apps.AsNoTracking().Where(a => a.TeamId == id), cancellationToken),
                projects, requests.ConvertAll(row => View(row, team)));
        }, cancellationToken);

    public Task<Result<QuotaRequest>> RequestAsync(Actor actor, string team, QuotaAmounts wanted, string reason, CancellationToken cancellationToken) =>
        work.WriteAsync<QuotaRequest>(actor, Right.QuotaRequest, new(team), "quota.request", async (db, access) =>
        {
            var faults = Faults(wanted);
            var why = (reason ?? "").Trim();
            if (why.Length is < 1 or > 500 || why.Any(char.IsControl)) faults.Add(new("reason", "Say why, in at most 500 characters on one line."));
            if (faults.Count > 0) return Error.Invalid(faults);
            if (await db.QuotaRequests.AnyAsync(r => r.State == QuotaRequestState.Open, cancellationToken)) return Error.Conflict("The team's last request is not decided yet.");
            var row = new QuotaRequestRow
            {
                Id = Guid.CreateVersion7(),
                TeamId = access.Tenant.TeamId!.Value,
                Apps = wanted.Apps,
                Instances = wanted.Instances,
                CpuMillis = wanted.CpuMillis,
                MemoryMebibytes = wanted.MemoryMebibytes,
                Reason = why,
                Author = actor.Email,
                State = QuotaRequestState.Open,
                CreatedAt = clock.GetUtcNow(),
            };
            db.QuotaRequests.Add(row);
            return View(row, team);
        }, cancellationToken, reason ?? "");

    public async Task<Result<Unit>> SetProjectAsync(Actor actor, string team, string project, QuotaAmounts? limits, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.QuotaRequest, new(team, project), "quota.project", async (db, access) =>
        {
            if (limits is not null && Faults(limits) is { Count: > 0 } faults) return Error.Invalid(faults);
            var row = await db.ProjectQuotas.SingleOrDefaultAsync(q => q.ProjectId == access.ProjectId, cancellationToken);
            if (limits is null)
            {
                if (row is not null) db.ProjectQuotas.Remove(row);
            }
            else if (row is null)
            {
                db.ProjectQuotas.Add(new()
                {
                    ProjectId = access.ProjectId!.Value,
                    TeamId = access.Tenant.TeamId!.Value,
                    Apps = limits.Apps,
                    Instances = limits.Instances,
                    CpuMillis = limits.CpuMillis,
                    MemoryMebibytes = limits.MemoryMebibytes,
                });
            }
            else
            {
                (row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes) = (limits.Apps, limits.Instances, limits.CpuMillis, limits.MemoryMebibytes);
            }

            await db.Environments.Where(e => e.ProjectId == access.ProjectId).ExecuteUpdateAsync(set => set.SetProperty(e => e.QuotaPending, true), cancellationToken);
            return Unit.Value;
        }, cancellationToken, limits?.ToString() ?? "none");
        if (result.IsOk) signal.Raise();
        return result;
    }

    public Task<Result<IReadOnlyList<QuotaRequest>>> ListRequestsAsync(Actor actor, CancellationToken cancellationToken) => UnitOfWork.GuardAsync<IReadOnlyList<QuotaRequest>>(async () =>
    {
        if (Refused(actor) is { } refused) return refused;
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        var rows = await (
            from row in db.QuotaRequests.AsNoTracking()
            join team in db.Teams.AsNoTracking() on row.TeamId equals team.Id
            where row.State == QuotaRequestState.Open
            orderby row.CreatedAt
            select new { row, team.Name }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => View(row.row, row.Name));
    });

    public Task<Result<QuotaRequest>> DecideAsync(Actor actor, Guid id, bool grant, CancellationToken cancellationToken) => UnitOfWork.GuardAsync<QuotaRequest>(async () =>
    {
        if (Refused(actor) is { } refused) return refused;
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        if (await db.QuotaRequests.SingleOrDefaultAsync(r => r.Id == id, cancellationToken) is not { } row) return Error.NotFound("quota request");
        if (row.State != QuotaRequestState.Open) return Error.Conflict("The request is decided already.");
        if (string.Equals(row.Author, actor.Email, StringComparison.OrdinalIgnoreCase)) return Error.Forbidden("A request is decided by somebody else than its author.");
        (row.State, row.DecidedBy, row.DecidedAt) = (grant ? QuotaRequestState.Granted : QuotaRequestState.Denied, actor.Email, clock.GetUtcNow());
        if (grant) await WriteAsync(db, row.TeamId, new(row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes), cancellationToken);
        var team = await db.Teams.Where(t => t.Id == row.TeamId).Select(t => t.Name).SingleAsync(cancellationToken);
        audit.Add(db, row.TeamId, actor, grant ? "quota.grant" : "quota.deny", team, AuditOutcome.Done, row.Reason);
        await db.CommitAsync(cancellationToken);
        signal.Raise();
        return View(row, team);
    });

    public Task<Result<QuotaAmounts>> SetAsync(Actor actor, string team, QuotaAmounts limits, CancellationToken cancellationToken) => UnitOfWork.GuardAsync<QuotaAmounts>(async () =>
    {
        if (Refused(actor) is { } refused) return refused;
        if (Faults(limits) is { Count: > 0 } faults) return Error.Invalid(faults);
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        if (await db.Teams.SingleOrDefaultAsync(t => t.Name == team, cancellationToken) is not { } row) return Error.NotFound("team");
        await WriteAsync(db, row.Id, limits, cancellationToken);
        audit.Add(db, row.Id, actor, "quota.set", team, AuditOutcome.Done, limits.ToString());
        await db.CommitAsync(cancellationToken);
        signal.Raise();
        return limits;
    });

    private static async Task WriteAsync(PortalDbContext db, Guid team, QuotaAmounts limits, CancellationToken cancellationToken)
    {
        var row = await db.Quotas.SingleOrDefaultAsync(q => q.TeamId == team, cancellationToken);
        if (row is null) db.Quotas.Add(row = new() { TeamId = team, Apps = 0, Instances = 0, CpuMillis = 0, MemoryMebibytes = 0 });
        (row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes) = (limits.Apps, limits.Instances, limits.CpuMillis, limits.MemoryMebibytes);
        await db.Environments.Where(e => e.TeamId == team).ExecuteUpdateAsync(set => set.SetProperty(e => e.QuotaPending, true), cancellationToken);
    }

    private static Error? Refused(Actor actor) => (actor.PlatformRoles & (PlatformRoles.QuotaManager | PlatformRoles.PlatformAdmin)) == PlatformRoles.None || actor.Scope is not null
        ? Error.Forbidden("Quotas are set by the platform's quota managers; ask for another one.")
        : null;

    private static List<FieldError> Faults(QuotaAmounts amounts)
    {
        var faults = new List<FieldError>();
        foreach (var (name, amount) in new[] { ("apps", amounts.Apps), ("instances", amounts.Instances), ("cpuMillis", amounts.CpuMillis), ("memoryMebibytes", amounts.MemoryMebibytes) })
        {
            if (amount is < 0 or > Most) faults.Add(new(name, $"Must be from 0 to {Most}."));
        }

        return faults;
    }

    private static QuotaRequest View(QuotaRequestRow row, string team) =>
        new(row.Id, team, new(row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes), row.Reason, row.Author, row.State, row.DecidedBy, row.CreatedAt);
}
