using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Core.Apply;

/// <summary>Follows a rollout that ended badly with a release equal to the last good one. Rows marked as due are the outbox.</summary>
internal sealed partial class Recoveries(ITenantDbContextFactory contexts, ReleaseWriter writer, AuditTrail audit, ChangeFeed changes, ILogger<Recoveries> logger)
{
    private static readonly Actor Portal = new(Guid.Empty, "portal", PlatformRoles.None);

    /// <summary>Makes every recovery that is due; true when there was one.</summary>
    public async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        List<RolloutRow> due;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken)) due = await db.Rollouts.AsNoTracking().Where(r => r.RecoveryDue).ToListAsync(cancellationToken);
        foreach (var rollout in due)
        {
            try
            {
                await RecoverAsync(rollout, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(logger, e, rollout.AppId, rollout.Number);
            }
        }

        return due.Count > 0;
    }

    private async Task RecoverAsync(RolloutRow bad, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(bad.TeamId), cancellationToken);
        var app = await ReleaseWriter.LockAppAsync(db, bad.AppId, cancellationToken);
        var environment = app is null ? null : await db.Environments.AsNoTracking().SingleAsync(e => e.Id == app.EnvironmentId, cancellationToken);
        if (app is { DeletingAt: null } && environment is { DeletingAt: null } && await GoodAsync(db, app, bad, environment.Name, cancellationToken) is var (good, rollout))
        {
            var reason = bad.State == RolloutState.Cancelled ? $"back to release {good.Number}, as {bad.Number} was cancelled" : $"back to release {good.Number}, as {bad.Number} failed";
            var declaration = DeclarationJson.Read(good.Declaration);
            var draft = new ReleaseDraft(declaration.WithImage(environment.Name, ImageDigests.Pinned(good.Image, rollout.Digest)), ReleaseJson.Versions(good.SecretVersions), reason, Portal.Email)
            {
                Trigger = ReleaseTrigger.Recovery,
                RolledBackTo = good.Number,
                InstancesOf = good.Image == ImageDigests.Pinned(good.Image, rollout.Digest) ? good.InstanceRelease : null,
            };
            var made = await writer.WriteAsync(db, app, environment.Name, draft, cancellationToken);
            if (!made.IsOk)
            {
                await GiveUpAsync(bad, made.Error.Message, cancellationToken);
                return;
            }

            audit.Add(db, app.TeamId, Portal, "release.recover", $"{app.Name} release {good.Number}", AuditOutcome.Done, reason);
        }

        await db.Rollouts.Where(r => r.ReleaseId == bad.ReleaseId).ExecuteUpdateAsync(set => set.SetProperty(r => r.RecoveryDue, false), cancellationToken);
        await db.CommitAsync(cancellationToken);
        if (environment is not null) changes.Raise(environment.Namespace);
    }

    // Nothing to go back to when it was the first, when a newer release has taken its place, or when it was a recovery itself.
    private static async Task<(ReleaseRow Good, RolloutRow Rollout)?> GoodAsync(PortalDbContext db, AppRow app, RolloutRow bad, string environment, CancellationToken cancellationToken)
    {
        if (app.LastRelease != bad.Number) return null;
        var release = await db.Releases.AsNoTracking().SingleAsync(r => r.Id == bad.ReleaseId, cancellationToken);
        if (release.Trigger == ReleaseTrigger.Recovery) return null;
        if (bad.State == RolloutState.Failed && DeclarationJson.Read(release.Declaration).In(environment).Rollout?.Recover == false) return null;
        var found = await (
            from good in db.Releases.AsNoTracking()
            join rollout in db.Rollouts.AsNoTracking() on good.Id equals rollout.ReleaseId
            where good.AppId == app.Id && good.Number < bad.Number && rollout.State == RolloutState.Live
            orderby good.Number descending
            select new { good, rollout }).FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.good, found.rollout);
    }

    private async Task GiveUpAsync(RolloutRow bad, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(bad.TeamId), cancellationToken);
        var message = $"{bad.Message} There is no way back to the last good release: {why}";
        await db.Rollouts.Where(r => r.ReleaseId == bad.ReleaseId).ExecuteUpdateAsync(set => set.SetProperty(r => r.RecoveryDue, false).SetProperty(r => r.Message, message), cancellationToken);
        await db.CommitAsync(cancellationToken);
    }

    [LoggerMessage(2006, LogLevel.Error, "The recovery from release {Release} of app {App} failed")]
    private static partial void Failed(ILogger logger, Exception e, Guid app, int release);
}
