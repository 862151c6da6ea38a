using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Freezes;

/// <summary>Freeze windows of an environment.</summary>
internal sealed class FreezeCommands(UnitOfWork work, TimeProvider clock) : IFreezes
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public Task<Result<IReadOnlyList<FreezeView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<FreezeView>>(actor, Right.AppView, environment, async (db, access) =>
        {
            var now = clock.GetUtcNow();
            return (await db.Freezes.AsNoTracking().Where(f => f.EnvironmentId == access.EnvironmentId && f.EndsAt > now).OrderBy(f => f.StartsAt).ToListAsync(cancellationToken))
                .ConvertAll(row => View(row, now));
        }, cancellationToken);

    public Task<Result<FreezeView>> AddAsync(Actor actor, ScopeRef environment, string reason, DateTimeOffset? from, DateTimeOffset until, CancellationToken cancellationToken) =>
        work.WriteAsync<FreezeView>(actor, Right.ProjectManage, environment, "freeze.add", (db, access) =>
        {
            var now = clock.GetUtcNow();
            var (begins, ends, why) = ((from ?? now).ToUniversalTime(), until.ToUniversalTime(), (reason ?? "").Trim());
            var faults = new List<FieldError>();
            if (why.Length is < 1 or > 200 || why.Any(char.IsControl)) faults.Add(new("reason", "Say why, in at most 200 characters on one line."));
            if (ends <= now || ends <= begins) faults.Add(new("until", "Must be in the future and after the beginning."));
            else if (ends - begins > Longest) faults.Add(new("until", "Must be within a year of the beginning."));
            if (faults.Count > 0) return Task.FromResult<Result<FreezeView>>(Error.Invalid(faults));
            var row = new FreezeRow
            {
                Id = Guid.CreateVersion7(),
                TeamId = access.Tenant.TeamId!.Value,
                EnvironmentId = access.EnvironmentId!.Value,
                Reason = why,
                Author = actor.Email,
                StartsAt = begins,
                EndsAt = ends,
                CreatedAt = now,
            };
            db.Freezes.Add(row);
            return Task.FromResult<Result<FreezeView>>(View(row, now));
        }, cancellationToken, reason ?? "");

    public Task<Result<Unit>> EndAsync(Actor actor, ScopeRef environment, Guid id, CancellationToken cancellationToken) =>
        work.WriteAsync<Unit>(actor, Right.ProjectManage, environment, "freeze.end", async (db, access) =>
            await db.Freezes.Where(f => f.Id == id && f.EnvironmentId == access.EnvironmentId).ExecuteDeleteAsync(cancellationToken) == 0 ? Error.NotFound("freeze") : Unit.Value,
            cancellationToken, id.ToString());

    private static FreezeView View(FreezeRow row, DateTimeOffset now) => new(row.Id, row.Reason, row.Author, row.StartsAt, row.EndsAt, row.StartsAt <= now && row.EndsAt > now);
}
