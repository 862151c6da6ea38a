using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Environments of a project.</summary>
internal sealed class EnvironmentCommands(UnitOfWork work, WorkSignal signal, TimeProvider clock) : IEnvironments
{
    public Task<Result<IReadOnlyList<EnvironmentView>>> ListAsync(Actor actor, string team, string project, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<EnvironmentView>>(actor, Right.AppView, new(team, project), async (db, access) =>
            await ViewsAsync(db, access, db.Environments.Where(e => e.ProjectId == access.ProjectId), cancellationToken), cancellationToken);

    public Task<Result<EnvironmentView>> GetAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<EnvironmentView>(actor, Right.AppView, environment, async (db, access) =>
            await ViewAsync(db, access, cancellationToken), cancellationToken);

    public async Task<Result<EnvironmentView>> CreateAsync(Actor actor, string team, string project, string name, bool isProtected, string? cluster, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, new(team, project), "environment.create", async (db, access) =>
        {
            if (!Grammar.IsName(name, 20)) return Error.Invalid("name", Names.Rule("environment", 20));
            // Locking the project keeps an environment from appearing in a project whose deletion has just counted them.
            var parent = await db.Projects.FromSql($"SELECT * FROM portal.projects WHERE id = {access.ProjectId} FOR UPDATE").SingleAsync(cancellationToken);
            if (parent.DeletingAt is not null) return Error.Conflict("The project is being deleted.");
            var target = string.IsNullOrWhiteSpace(cluster) || cluster == ClusterViews.Embedded ? null : await TargetAsync(db, cluster, cancellationToken);
            if (target is null && !string.IsNullOrWhiteSpace(cluster) && cluster != ClusterViews.Embedded)
                return Error.Invalid("cluster", $"There is no such cluster; name one of the team's or the platform's, or {ClusterViews.Embedded}.");
            var row = New(access.Tenant.TeamId!.Value, parent.Id, project, name, isProtected, clock.GetUtcNow(), target?.Id);
            db.Environments.Add(row);
            return new EnvironmentView(row.Id, team, project, name, isProtected, row.Namespace, 0, false, row.CreatedAt) { Approvals = row.Approvals, Cluster = target is null ? null : ClusterViews.Target(target) };
        }, cancellationToken, string.IsNullOrWhiteSpace(cluster) ? name : $"{name} on {cluster}");
        // The cluster is watched from now on.
        if (result.IsOk) signal.Raise();
        return result;
    }

    public Task<Result<EnvironmentView>> ProtectAsync(Actor actor, ScopeRef environment, bool isProtected, CancellationToken cancellationToken) =>
        work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, environment, "environment.protect", async (db, access) =>
        {
            await db.Environments.Where(e => e.Id == access.EnvironmentId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Protected, isProtected).SetProperty(e => e.Approvals, isProtected), cancellationToken);
            return await ViewAsync(db, access, cancellationToken);
        }, cancellationToken, isProtected ? "on" : "off");

    public Task<Result<EnvironmentView>> AskApprovalsAsync(Actor actor, ScopeRef environment, bool asks, CancellationToken cancellationToken) =>
        work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, environment, "environment.approvals", async (db, access) =>
        {
            await db.Environments.Where(e => e.Id == access.EnvironmentId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Approvals, asks), cancellationToken);
            return await ViewAsync(db, access, cancellationToken);
        }, cancellationToken, asks ? "on" : "off");

    public async Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.AppDelete, environment, "environment.delete", async (db, access) =>
        {
            var now = clock.GetUtcNow();
            await db.Environments.Where(e => e.Id == access.EnvironmentId && e.DeletingAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.DeletingAt, now), cancellationToken);
            return Unit.Value;
        }, cancellationToken);
        signal.Raise();
        return result;
    }

    /// <summary>A new environment with the namespace it keeps.</summary>
    public static EnvironmentRow New(Guid team, Guid projectId, string project, string name, bool isProtected, DateTimeOffset now, Guid? cluster = null)
    {
        var id = Guid.CreateVersion7();
        return new()
        {
            Id = id,
            TeamId = team,
            ProjectId = projectId,
            Name = name,
            Protected = isProtected,
            Approvals = isProtected,
            QuotaPending = true,
            Namespace = Names.Namespace(project, name, id),
            ClusterId = cluster,
            CreatedAt = now,
        };
    }

    // The team's own before the platform's. The reference to it holds off its removal, which locks it and then counts the environments.
    private static Task<ClusterRow?> TargetAsync(PortalDbContext db, string name, CancellationToken cancellationToken) =>
        db.Clusters.AsNoTracking().Where(c => c.Name == name).OrderBy(c => c.TeamId == null).FirstOrDefaultAsync(cancellationToken);

    private static async Task<EnvironmentView> ViewAsync(PortalDbContext db, Access access, CancellationToken cancellationToken) =>
        (await ViewsAsync(db, access, db.Environments.Where(e => e.Id == access.EnvironmentId), cancellationToken)).Single();

    private static async Task<List<EnvironmentView>> ViewsAsync(PortalDbContext db, Access access, IQueryable<EnvironmentRow> rows, CancellationToken cancellationToken)
    {
        var views = await Views(db, access, rows).ToListAsync(cancellationToken);
        var targets = await rows.Join(db.Clusters, e => e.ClusterId, c => c.Id, (e, c) => new { e.Id, Cluster = c }).AsNoTracking().ToDictionaryAsync(row => row.Id, row => row.Cluster, cancellationToken);
        return targets.Count == 0 ? views : views.ConvertAll(view => targets.TryGetValue(view.Id, out var cluster) ? view with { Cluster = ClusterViews.Target(cluster) } : view);
    }

    // Filter and order come before the projection: what a constructor makes can no longer be translated.
    private static IQueryable<EnvironmentView> Views(PortalDbContext db, Access access, IQueryable<EnvironmentRow> rows) => rows.AsNoTracking()
        .OrderBy(e => e.Name)
        .Select(e => new EnvironmentView(
            e.Id, access.Scope.Team, access.Scope.Project!, e.Name, e.Protected, e.Namespace, db.Apps.Count(a => a.EnvironmentId == e.Id), e.DeletingAt != null, e.CreatedAt)
        {
            Approvals = e.Approvals,
            Preview = e.PreviewKey,
            ExpiresAt = e.ExpiresAt,
        });
}
