using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Plan;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>The releases of an app.</summary>
internal sealed class ReleaseCommands(UnitOfWork work, ReleaseWriter writer, WorkSignal signal, ChangeFeed changes, TimeProvider clock) : IReleases
{
    public Task<Result<IReadOnlyList<ReleaseView>>> ListAsync(Actor actor, ScopeRef app, int limit, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<ReleaseView>>(actor, Right.AppView, app, async (db, access) =>
        {
            if (limit is < 1 or > 200) return Error.Invalid("limit", "Must be from 1 to 200.");
            var rows = await Rows(db, access).OrderByDescending(row => row.Release.Number).Take(limit).ToListAsync(cancellationToken);
            return rows.Select(row => ReleaseJson.View(row.Release, row.Rollout)).ToList();
        }, cancellationToken);

    public Task<Result<ReleaseView>> GetAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) =>
        work.ReadAsync<ReleaseView>(actor, Right.AppView, app, async (db, access) =>
            await OneAsync(db, access, number, cancellationToken) is { } row ? ReleaseJson.View(row.Release, row.Rollout) : Error.NotFound("release"), cancellationToken);

    public Task<Result<IReadOnlyList<FieldChange>>> DiffAsync(Actor actor, ScopeRef app, int from, int to, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<FieldChange>>(actor, Right.AppView, app, async (db, access) =>
            await OneAsync(db, access, from, cancellationToken) is { } one && await OneAsync(db, access, to, cancellationToken) is { } other
                ? FieldDiff.Of(Document(one.Release, app.Environment!), Document(other.Release, app.Environment!))
                : Error.NotFound("release"), cancellationToken);

    public async Task<Result<ReleaseView>> RollBackAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var result = await work.WriteAsync<ReleaseView>(actor, Right.Deploy, app, "app.rollback", async (db, access) =>
        {
            if (await ReleaseWriter.LockAppAsync(db, access.AppId!.Value, cancellationToken) is not { } row) return Error.NotFound("app");
            if (await OneAsync(db, access, number, cancellationToken) is not { } old) return Error.NotFound("release");
            if (old.Rollout.State is RolloutState.AwaitingApproval or RolloutState.Rejected) return Error.Conflict($"Release {number} was never approved.");
            // By digest where it is known: the tag may have moved on since.
            var image = ImageDigests.Pinned(old.Release.Image, old.Rollout.Digest);
            var declaration = DeclarationJson.Read(old.Release.Declaration);
            var draft = new ReleaseDraft(
                image == old.Release.Image ? declaration : declaration.WithImage(app.Environment!, image), ReleaseJson.Versions(old.Release.SecretVersions), $"rolled back to {number}", actor.Email)
            { RolledBackTo = number, Trigger = ReleaseTrigger.Rollback };
            return await writer.WriteAsync(db, row, app.Environment!, draft, cancellationToken);
        }, cancellationToken, Names.Number(number));
        if (result.IsOk) signal.Raise();
        return result;
    }

    public async Task<Result<ReleaseView>> CancelAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken)
    {
        string? ns = null;
        var result = await work.WriteAsync<ReleaseView>(actor, Right.Deploy, app, "rollout.cancel", async (db, access) =>
        {
            var now = clock.GetUtcNow();
            ns = await db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken);
            if (await OneAsync(db, access, number, cancellationToken) is null) return Error.NotFound("release");
            var cancelled = await db.Rollouts
                .Where(r => r.AppId == access.AppId && r.Number == number && RolloutStates.Open.Contains(r.State))
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, RolloutState.Cancelled).SetProperty(r => r.Message, $"Cancelled by {actor.Email}.").SetProperty(r => r.UpdatedAt, now).SetProperty(r => r.FinishedAt, now)
                    .SetProperty(r => r.RecoveryDue, true), cancellationToken);
            if (cancelled == 0) return Error.Conflict("The rollout has ended already.");
            var row = await OneAsync(db, access, number, cancellationToken);
            return ReleaseJson.View(row!.Release, row.Rollout);
        }, cancellationToken, Names.Number(number));
        if (result.IsOk)
        {
            // The worker goes back to the last good release.
            signal.Raise();
            changes.Raise(ns!);
        }

        return result;
    }

    public Task<Result<PlanView>> PlanAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) =>
        work.ReadAsync<PlanView>(actor, Right.AppView, app, async (db, access) =>
            await OneAsync(db, access, number, cancellationToken) is { Release.Plan: { } plan } ? ReleaseJson.Plan(plan) : Error.NotFound("plan"), cancellationToken);

    private static System.Text.Json.Nodes.JsonObject Document(ReleaseRow release, string environment)
    {
        var spec = DeclarationJson.Read(release.Declaration).In(environment);
        var tree = DeclarationJson.ToTree(new() { Metadata = new() { Name = "" }, Spec = spec })["spec"]!.DeepClone().AsObject();
        tree["secrets"] = new System.Text.Json.Nodes.JsonObject(ReleaseJson.Versions(release.SecretVersions).Select(secret =>
            KeyValuePair.Create(secret.Key, (System.Text.Json.Nodes.JsonNode?)$"version {secret.Value}")));
        return tree;
    }

    private static Task<ReleaseWithRollout?> OneAsync(PortalDbContext db, Access access, int number, CancellationToken cancellationToken) =>
        Rows(db, access).SingleOrDefaultAsync(row => row.Release.Number == number, cancellationToken);

    private static IQueryable<ReleaseWithRollout> Rows(PortalDbContext db, Access access) =>
        from release in db.Releases.AsNoTracking()
        join rollout in db.Rollouts.AsNoTracking() on release.Id equals rollout.ReleaseId
        where release.AppId == access.AppId
        select new ReleaseWithRollout { Release = release, Rollout = rollout };

    private sealed class ReleaseWithRollout
    {
        public required ReleaseRow Release { get; init; }

        public required RolloutRow Rollout { get; init; }
    }
}
