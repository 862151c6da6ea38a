using Microsoft.EntityFrameworkCore;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Domains;
using Portal.Core.Freezes;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Volumes;

namespace Portal.Core.Releases;

/// <summary>
/// Makes the next release of an app inside the caller's transaction. A release that waits for approval is stored and takes nothing; it takes quota, domains and volumes,
/// and the place of the newest release, when it is approved.
/// </summary>
internal sealed class ReleaseWriter(PortalCoreOptions options, QuotaCheck quotas, DomainClaims domains, VolumeClaims volumes, TimeProvider clock)
{
    /// <summary>The app's row, locked until the transaction ends: changes of one app happen one after the other.</summary>
    public static async Task<AppRow?> LockAppAsync(PortalDbContext db, Guid app, CancellationToken cancellationToken) =>
        await db.Apps.FromSql($"SELECT * FROM portal.apps WHERE id = {app} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);

    /// <summary>The newest release that holds, which changes begin from; null when an app has none yet. One that waits for approval or was rejected does not hold.</summary>
    public static async Task<ReleaseRow?> NewestAsync(PortalDbContext db, AppRow app, CancellationToken cancellationToken) =>
        await db.Releases.AsNoTracking().SingleOrDefaultAsync(r => r.AppId == app.Id && r.Number == app.LastRelease, cancellationToken);

    public async Task<Result<ReleaseView>> WriteAsync(PortalDbContext db, AppRow app, string environment, ReleaseDraft draft, CancellationToken cancellationToken)
    {
        if (app.DeletingAt is not null) return Error.Conflict("The app is being deleted.");
        var now = clock.GetUtcNow();
        // What goes back to a release from before a rename goes back to all of it but the name.
        if (draft.Declaration.Metadata.Name != app.Name) draft = draft with { Declaration = draft.Declaration with { Metadata = draft.Declaration.Metadata with { Name = app.Name } } };
        var spec = draft.Declaration.In(environment);
        if (!draft.IsExempt && await FreezeCheck.RefusesAsync(db, app.EnvironmentId, now, cancellationToken) is { } frozen) return frozen;
        var waits = draft is { IsExempt: false, Restart: false } && await db.Environments.AnyAsync(e => e.Id == app.EnvironmentId && e.Approvals, cancellationToken);
        // The first release of an app takes its place at once: there is nothing it could push aside.
        var holds = !waits || app.LastRelease == 0;
        if (await ReferenceTargets.CheckAsync(db, app.EnvironmentId, environment, app.Name, spec, cancellationToken) is { } dangling) return dangling;
        if (holds && await TakeAsync(db, app, spec, cancellationToken) is { } refused) return refused;

        var newest = await NewestAsync(db, app, cancellationToken);
        var number = 1 + (await db.Releases.Where(r => r.AppId == app.Id).MaxAsync(r => (int?)r.Number, cancellationToken) ?? 0);
        var keepsInstances = newest is not null && !draft.Restart
            && ReleaseJson.SameInstances(
                DeclarationJson.Read(newest.Declaration).In(environment), ReleaseJson.Versions(newest.SecretVersions), spec, draft.SecretVersions);
        var release = new ReleaseRow
        {
            Id = Guid.CreateVersion7(),
            TeamId = app.TeamId,
            AppId = app.Id,
            Number = number,
            Reason = draft.Reason,
            Image = spec.Image,
            Author = draft.Author,
            Declaration = DeclarationJson.Write(draft.Declaration),
            SecretVersions = ReleaseJson.Versions(draft.SecretVersions),
            InstanceRelease = draft.InstancesOf ?? (keepsInstances ? newest!.InstanceRelease : number),
            RolledBackTo = draft.RolledBackTo,
            DeliveryId = draft.DeliveryId,
            Trigger = draft.Trigger,
            PromotedFrom = draft.PromotedFrom,
            Plan = draft.Plan is null ? null : ReleaseJson.Plan(draft.Plan),
            CreatedAt = now,
        };
        var rollout = new RolloutRow
        {
            ReleaseId = release.Id,
            TeamId = app.TeamId,
            AppId = app.Id,
            Number = number,
            State = waits ? RolloutState.AwaitingApproval : RolloutState.Queued,
            Message = waits ? "Somebody else has to approve it." : "",
            CreatedAt = now,
            UpdatedAt = now,
            Deadline = now + DeadlineOf(spec),
        };
        // What waits leaves alone what runs; what holds ends everything before it.
        await SupersedeAsync(db, app, number, waits ? [RolloutState.AwaitingApproval] : RolloutStates.Open, now, cancellationToken);
        if (holds) app.LastRelease = number;
        db.Releases.Add(release);
        db.Rollouts.Add(rollout);
        // Saved here, so that what the database refuses surfaces with this release and not with whatever the caller saves next.
        await db.SaveChangesAsync(cancellationToken);
        return ReleaseJson.View(release, rollout);
    }

    /// <summary>Lets a release that waited take its place.</summary>
    public async Task<Error?> ApproveAsync(PortalDbContext db, AppRow app, string environment, ReleaseRow release, RolloutRow rollout, string approver, CancellationToken cancellationToken)
    {
        if (app.DeletingAt is not null) return Error.Conflict("The app is being deleted.");
        var now = clock.GetUtcNow();
        var spec = DeclarationJson.Read(release.Declaration).In(environment);
        if (await FreezeCheck.RefusesAsync(db, app.EnvironmentId, now, cancellationToken) is { } frozen) return frozen;
        if (await ReferenceTargets.CheckAsync(db, app.EnvironmentId, environment, app.Name, spec, cancellationToken) is { } dangling) return dangling;
        if (await TakeAsync(db, app, spec, cancellationToken) is { } refused) return refused;
        await SupersedeAsync(db, app, release.Number, RolloutStates.Active, now, cancellationToken);
        (rollout.State, rollout.Message, rollout.DecidedBy, rollout.DecidedAt) = (RolloutState.Queued, "", approver, now);
        (rollout.UpdatedAt, rollout.Deadline) = (now, now + DeadlineOf(spec));
        app.LastRelease = release.Number;
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>How long a rollout of a spec may take: its own time, that of its release command, and its holds.</summary>
    private TimeSpan DeadlineOf(AppSpec spec)
    {
        var own = spec.Rollout?.Deadline is { } seconds ? TimeSpan.FromSeconds(seconds) : options.RolloutDeadline;
        var command = spec.Release is { } release ? TimeSpan.FromSeconds(release.Timeout ?? 300) : TimeSpan.Zero;
        return own + command + (spec.Rollout is { } rollout ? rollout.Weights.Length * rollout.HoldTime : TimeSpan.Zero);
    }

    private async Task<Error?> TakeAsync(PortalDbContext db, AppRow app, AppSpec spec, CancellationToken cancellationToken) =>
        await quotas.TakeAsync(db, app, spec, cancellationToken)
        ?? await domains.SetAsync(db, app, spec.Domains, cancellationToken)
        ?? await volumes.SetAsync(db, app, spec, cancellationToken);

    private static Task<int> SupersedeAsync(PortalDbContext db, AppRow app, int number, RolloutState[] states, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var message = $"Release {number} took its place.";
        return db.Rollouts
            .Where(r => r.AppId == app.Id && r.Number != number && states.Contains(r.State))
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.State, RolloutState.Superseded).SetProperty(r => r.Message, message).SetProperty(r => r.UpdatedAt, now).SetProperty(r => r.FinishedAt, now), cancellationToken);
    }
}
