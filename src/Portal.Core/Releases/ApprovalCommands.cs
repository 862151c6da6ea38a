using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>Approvals of releases.</summary>
internal sealed class ApprovalCommands(UnitOfWork work, ReleaseWriter writer, WorkSignal signal, ChangeFeed changes, TimeProvider clock) : IApprovals
{
    public Task<Result<IReadOnlyList<PendingApproval>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<PendingApproval>>(actor, Right.AppView, environment, async (db, access) =>
        {
            var rows = await (
                from app in db.Apps.AsNoTracking()
                join rollout in db.Rollouts.AsNoTracking() on app.Id equals rollout.AppId
                join release in db.Releases.AsNoTracking() on rollout.ReleaseId equals release.Id
                where app.EnvironmentId == access.EnvironmentId && rollout.State == RolloutState.AwaitingApproval
                orderby release.CreatedAt
                select new { app, rollout, release }).ToListAsync(cancellationToken);
            return rows.ConvertAll(row => new PendingApproval(
                row.app.Name, row.app.LastRelease == row.release.Number ? 0 : row.app.LastRelease, IsOf(actor, row.release), ReleaseJson.View(row.release, row.rollout)));
        }, cancellationToken);

    public Task<Result<ReleaseView>> ApproveAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) =>
        DecideAsync(actor, app, number, "release.approve", async (db, row, release, rollout) =>
            IsOf(actor, release)
                ? Error.Forbidden("A change is approved by somebody else than its author.")
                : await writer.ApproveAsync(db, row, app.Environment!, release, rollout, actor.Email, cancellationToken), cancellationToken);

    public Task<Result<ReleaseView>> RejectAsync(Actor actor, ScopeRef app, int number, string? reason, CancellationToken cancellationToken) =>
        DecideAsync(actor, app, number, "release.reject", (_, _, _, rollout) =>
        {
            var why = (reason ?? "").Trim();
            if (why.Length > 500 || why.Any(char.IsControl)) return Task.FromResult<Error?>(Error.Invalid("reason", "Must be at most 500 characters on one line."));
            var now = clock.GetUtcNow();
            (rollout.State, rollout.Message) = (RolloutState.Rejected, why.Length > 0 ? $"Rejected by {actor.Email}: {why}" : $"Rejected by {actor.Email}.");
            (rollout.DecidedBy, rollout.DecidedAt, rollout.UpdatedAt, rollout.FinishedAt) = (actor.Email, now, now, now);
            return Task.FromResult<Error?>(null);
        }, cancellationToken);

    private async Task<Result<ReleaseView>> DecideAsync(
        Actor actor, ScopeRef app, int number, string action, Func<PortalDbContext, AppRow, ReleaseRow, RolloutRow, Task<Error?>> decide, CancellationToken cancellationToken)
    {
        string? ns = null;
        var result = await work.WriteAsync<ReleaseView>(actor, Right.Approve, app, action, async (db, access) =>
        {
            if (await ReleaseWriter.LockAppAsync(db, access.AppId!.Value, cancellationToken) is not { } row) return Error.NotFound("app");
            ns = await db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken);
            var release = await db.Releases.AsNoTracking().SingleOrDefaultAsync(r => r.AppId == row.Id && r.Number == number, cancellationToken);
            var rollout = release is null ? null : await db.Rollouts.SingleAsync(r => r.ReleaseId == release.Id, cancellationToken);
            if (release is null) return Error.NotFound("release");
            if (rollout!.State != RolloutState.AwaitingApproval) return Error.Conflict($"Release {number} does not wait for approval: it is {rollout.State}.");
            return await decide(db, row, release, rollout) is { } refused ? refused : ReleaseJson.View(release, rollout);
        }, cancellationToken, Names.Number(number));
        if (result.IsOk)
        {
            signal.Raise();
            changes.Raise(ns!);
        }

        return result;
    }

    private static bool IsOf(Actor actor, ReleaseRow release) => string.Equals(actor.Email, release.Author, StringComparison.OrdinalIgnoreCase);
}
