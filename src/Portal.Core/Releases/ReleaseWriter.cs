using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Domains;
using Portal.Core.Quotas;
using Portal.Core.Results;

using Portal.Core.Apply;
using Portal.Core.Volumes;
namespace Portal.Core.Releases;

/// <summary>Makes the next release of an app inside the caller's transaction: quota, domains, number, rollout; an older rollout is superseded.</summary>
internal sealed class ReleaseWriter(PortalCoreOptions options, QuotaCheck quotas, DomainClaims domains, VolumeClaims volumes, TimeProvider clock)
{
    /// <summary>The app's row, locked until the transaction ends: changes of one app happen one after the other.</summary>
    public static async Task<AppRow?> LockAppAsync(PortalDbContext db, Guid app, CancellationToken cancellationToken) =>
        await db.Apps.FromSql($"SELECT * FROM portal.apps WHERE id = {app} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);

    /// <summary>The newest release of an app; null when it has none yet.</summary>
    public static async Task<ReleaseRow?> NewestAsync(PortalDbContext db, AppRow app, CancellationToken cancellationToken) =>
        await db.Releases.AsNoTracking().SingleOrDefaultAsync(r => r.AppId == app.Id && r.Number == app.LastRelease, cancellationToken);

    public async Task<Result<ReleaseView>> WriteAsync(PortalDbContext db, AppRow app, string environment, ReleaseDraft draft, CancellationToken cancellationToken)
    {
        if (app.DeletingAt is not null) return Error.Conflict("The app is being deleted.");
        var spec = draft.Declaration.In(environment);
        if (await quotas.TakeAsync(db, app, spec, cancellationToken) is { } exceeded) return exceeded;
        if (await ReferenceTargets.CheckAsync(db, app.EnvironmentId, environment, app.Name, spec, cancellationToken) is { } dangling) return dangling;
        if (await domains.SetAsync(db, app, spec.Domains, cancellationToken) is { } claimed) return claimed;
        if (await volumes.SetAsync(db, app, spec, cancellationToken) is { } resized) return resized;

        var now = clock.GetUtcNow();
        var newest = await NewestAsync(db, app, cancellationToken);
        var number = app.LastRelease + 1;
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
            InstanceRelease = keepsInstances ? newest!.InstanceRelease : number,
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
            State = RolloutState.Queued,
            Message = "",
            CreatedAt = now,
            UpdatedAt = now,
            Deadline = now + options.RolloutDeadline,
        };
        await SupersedeAsync(db, app, number, now, cancellationToken);
        app.LastRelease = number;
        db.Releases.Add(release);
        db.Rollouts.Add(rollout);
        // Saved here, so that what the database refuses surfaces with this release and not with whatever the caller saves next.
        await db.SaveChangesAsync(cancellationToken);
        return ReleaseJson.View(release, rollout);
    }

    private static Task<int> SupersedeAsync(PortalDbContext db, AppRow app, int number, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var message = $"Release {number} took its place.";
        return db.Rollouts
            .Where(r => r.AppId == app.Id && RolloutStates.Open.Contains(r.State))
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.State, RolloutState.Superseded).SetProperty(r => r.Message, message).SetProperty(r => r.UpdatedAt, now).SetProperty(r => r.FinishedAt, now), cancellationToken);
    }
}
