using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Data;
using Portal.Core.Observe;
using Portal.Core.Volumes;

namespace Portal.Core.Apply;

/// <summary>One step of each deletion: remove objects, and the row once none is left. Rows marked as deleting are the outbox.</summary>
internal sealed partial class DeletionSteps(ITenantDbContextFactory contexts, ICluster cluster, Applier applier, VolumeClaims volumes, ChangeFeed changes, TimeProvider clock,
    ILogger<DeletionSteps> logger)
{
    /// <summary>Takes every deletion on one cluster a step on; true while there are any.</summary>
    /// <param name="target">The cluster; null for the embedded engine, and then for what is in no cluster too.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task<bool> PassAsync(Guid? target, CancellationToken cancellationToken)
    {
        if (target is null) await ExpireAsync(cancellationToken);
        List<AppRow> apps;
        List<EnvironmentRow> environments;
        List<ProjectRow> projects;
        Dictionary<Guid, string> namespaces;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            environments = await db.Environments.AsNoTracking().Where(e => e.DeletingAt != null && e.ClusterId == target).ToListAsync(cancellationToken);
            projects = target is null ? await db.Projects.AsNoTracking().Where(p => p.DeletingAt != null).ToListAsync(cancellationToken) : [];
            apps = await db.Apps.AsNoTracking().Where(a => a.DeletingAt != null && db.Environments.Any(e => e.Id == a.EnvironmentId && e.DeletingAt == null && e.ClusterId == target)).ToListAsync(cancellationToken);
            var ids = apps.Select(a => a.EnvironmentId).ToList();
            namespaces = await db.Environments.AsNoTracking().Where(e => ids.Contains(e.Id)).ToDictionaryAsync(e => e.Id, e => e.Namespace, cancellationToken);
        }

        foreach (var app in apps) await TryAsync(app.Name, () => DeleteAppAsync(app, namespaces[app.EnvironmentId], cancellationToken));
        foreach (var environment in environments) await TryAsync(environment.Namespace, () => DeleteEnvironmentAsync(environment, cancellationToken));
        foreach (var project in projects) await TryAsync(project.Name, () => DeleteProjectAsync(project, cancellationToken));
        await DeleteVolumesAsync(target, cancellationToken);
        return apps.Count + environments.Count + projects.Count > 0;
    }

    // A preview whose time is over goes like any environment.
    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        if (await db.Environments.Where(e => e.ExpiresAt != null && e.ExpiresAt <= now && e.DeletingAt == null).ExecuteUpdateAsync(set => set.SetProperty(e => e.DeletingAt, now), cancellationToken) > 0)
            await db.CommitAsync(cancellationToken);
    }

    private async Task DeleteAppAsync(AppRow app, string ns, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(app.TeamId), cancellationToken);
        if (!await AppLock.TryTakeAsync(db, app.Id, cancellationToken)) return;
        if (!await applier.RemoveAsync(ns, app.Workload, cancellationToken)) return;
        await volumes.KeepAsync(db, app, cancellationToken);
        await db.Apps.Where(a => a.Id == app.Id).ExecuteDeleteAsync(cancellationToken);
        await db.CommitAsync(cancellationToken);
        Deleted(logger, "app", app.Name);
        changes.Raise(ns);
    }

    private async Task DeleteEnvironmentAsync(EnvironmentRow environment, CancellationToken cancellationToken)
    {
        if (!await cluster.DeleteNamespaceAsync(environment.Namespace, cancellationToken)) return;
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(environment.TeamId), cancellationToken);
        foreach (var app in await db.Apps.Where(a => a.EnvironmentId == environment.Id).Select(a => a.Id).ToListAsync(cancellationToken))
        {
            // A rollout that began before the deletion may still be writing: it would make the namespace anew.
            if (!await AppLock.TryTakeAsync(db, app, cancellationToken)) return;
        }

        await db.Apps.Where(a => a.EnvironmentId == environment.Id).ExecuteDeleteAsync(cancellationToken);
        await db.Environments.Where(e => e.Id == environment.Id).ExecuteDeleteAsync(cancellationToken);
        if (!await cluster.DeleteNamespaceAsync(environment.Namespace, cancellationToken)) return;
        await db.CommitAsync(cancellationToken);
        Deleted(logger, "environment", environment.Namespace);
        changes.Raise(environment.Namespace);
    }

    private async Task DeleteProjectAsync(ProjectRow project, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(project.TeamId), cancellationToken);
        if (await db.Environments.AnyAsync(e => e.ProjectId == project.Id, cancellationToken)) return;
        await db.Projects.Where(p => p.Id == project.Id).ExecuteDeleteAsync(cancellationToken);
        await db.CommitAsync(cancellationToken);
        Deleted(logger, "project", project.Name);
    }

    // Volumes whose period is over: the claim first, whose deletion the cluster holds back while an instance uses it, then the row.
    private async Task DeleteVolumesAsync(Guid? target, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        List<(VolumeRow Volume, string Namespace)> due;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            due = (await (
                from volume in db.Volumes.AsNoTracking()
                join environment in db.Environments.AsNoTracking() on volume.EnvironmentId equals environment.Id
                where volume.KeptUntil != null && volume.KeptUntil <= now && environment.DeletingAt == null && environment.ClusterId == target
                select new { volume, environment.Namespace }).ToListAsync(cancellationToken)).ConvertAll(row => (row.volume, row.Namespace));
        }

        foreach (var (volume, ns) in due)
        {
            await TryAsync(volume.Claim, async () =>
            {
                await using var db = await contexts.CreateAsync(TenantContext.ForTeam(volume.TeamId), cancellationToken);
                // Locked, so that a declaration that wants it back at this moment either comes first and keeps it, or gets a new one.
                if (await db.Volumes.Where(v => v.Id == volume.Id && v.KeptUntil != null && v.KeptUntil <= now).ExecuteDeleteAsync(cancellationToken) == 0) return;
                await cluster.DeleteAsync(ns, "PersistentVolumeClaim", volume.Claim, cancellationToken);
                await db.CommitAsync(cancellationToken);
                Deleted(logger, "volume", volume.Claim);
            });
        }
    }

    private async Task TryAsync(string what, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            StepFailed(logger, e, what);
        }
    }

    [LoggerMessage(2004, LogLevel.Information, "The {Noun} {Name} is deleted")]
    private static partial void Deleted(ILogger logger, string noun, string name);

    [LoggerMessage(2005, LogLevel.Error, "A step of deleting {Name} failed")]
    private static partial void StepFailed(ILogger logger, Exception e, string name);
}
