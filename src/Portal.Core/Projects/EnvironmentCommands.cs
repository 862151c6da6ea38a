using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
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
            await Views(db, access, db.Environments.Where(e => e.ProjectId == access.ProjectId)).ToListAsync(cancellationToken), cancellationToken);

    public Task<Result<EnvironmentView>> GetAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<EnvironmentView>(actor, Right.AppView, environment, async (db, access) =>
            await Views(db, access, db.Environments.Where(e => e.Id == access.EnvironmentId)).SingleAsync(cancellationToken), cancellationToken);

    public Task<Result<EnvironmentView>> CreateAsync(Actor actor, string team, string project, string name, bool isProtected, CancellationToken cancellationToken) =>
        work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, new(team, project), "environment.create", async (db, access) =>
        {
            if (!Grammar.IsName(name, 20)) return Error.Invalid("name", Names.Rule("environment", 20));
            // Locking the project keeps an environment from appearing in a project whose deletion has just counted them.
            var parent = await db.Projects.FromSql($"SELECT * FROM portal.projects WHERE id = {access.ProjectId} FOR UPDATE").SingleAsync(cancellationToken);
            if (parent.DeletingAt is not null) return Error.Conflict("The project is being deleted.");
            var id = Guid.CreateVersion7();
            var row = new EnvironmentRow
            {
                Id = id,
                TeamId = access.Tenant.TeamId!.Value,
                ProjectId = access.ProjectId!.Value,
                Name = name,
                Protected = isProtected,
                Approvals = isProtected,
                QuotaPending = true,
                Namespace = Names.Namespace(project, name, id),
                CreatedAt = clock.GetUtcNow(),
            };
            db.Environments.Add(row);
            return new EnvironmentView(row.Id, team, project, name, isProtected, row.Namespace, 0, false, row.CreatedAt) { Approvals = row.Approvals };
        }, cancellationToken, name);

    public Task<Result<EnvironmentView>> ProtectAsync(Actor actor, ScopeRef environment, bool isProtected, CancellationToken cancellationToken) =>
        work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, environment, "environment.protect", async (db, access) =>
        {
            await db.Environments.Where(e => e.Id == access.EnvironmentId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Protected, isProtected).SetProperty(e => e.Approvals, isProtected), cancellationToken);
            return await Views(db, access, db.Environments.Where(e => e.Id == access.EnvironmentId)).SingleAsync(cancellationToken);
        }, cancellationToken, isProtected ? "on" : "off");

    public Task<Result<EnvironmentView>> AskApprovalsAsync(Actor actor, ScopeRef environment, bool asks, CancellationToken cancellationToken) =>
        work.WriteAsync<EnvironmentView>(actor, Right.ProjectManage, environment, "environment.approvals", async (db, access) =>
        {
            await db.Environments.Where(e => e.Id == access.EnvironmentId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Approvals, asks), cancellationToken);
            return await Views(db, access, db.Environments.Where(e => e.Id == access.EnvironmentId)).SingleAsync(cancellationToken);
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
