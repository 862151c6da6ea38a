using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Projects of a team.</summary>
internal sealed class ProjectCommands(UnitOfWork work, WorkSignal signal, TimeProvider clock) : IProjects
{
    public Task<Result<IReadOnlyList<ProjectView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<ProjectView>>(actor, Right.AppView, new(team), async (db, _) =>
            await Views(db, team, db.Projects).ToListAsync(cancellationToken), cancellationToken);

    public Task<Result<ProjectView>> GetAsync(Actor actor, string team, string project, CancellationToken cancellationToken) =>
        work.ReadAsync<ProjectView>(actor, Right.AppView, new(team, project), async (db, access) =>
            await Views(db, team, db.Projects.Where(p => p.Id == access.ProjectId)).SingleAsync(cancellationToken), cancellationToken);

    public Task<Result<ProjectView>> CreateAsync(Actor actor, string team, string name, CancellationToken cancellationToken) =>
        work.WriteAsync<ProjectView>(actor, Right.ProjectManage, new(team), "project.create", (db, access) =>
        {
            if (!Grammar.IsName(name, 30)) return Task.FromResult<Result<ProjectView>>(Error.Invalid("name", Names.Rule("project", 30)));
            var row = new ProjectRow { Id = Guid.CreateVersion7(), TeamId = access.Tenant.TeamId!.Value, Name = name, CreatedAt = clock.GetUtcNow() };
            db.Projects.Add(row);
            return Task.FromResult<Result<ProjectView>>(new ProjectView(row.Id, team, name, 0, 0, false, row.CreatedAt));
        }, cancellationToken, name);

    public async Task<Result<Unit>> DeleteAsync(Actor actor, string team, string project, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.AppDelete, new(team, project), "project.delete", async (db, access) =>
        {
            var now = clock.GetUtcNow();
            await db.Projects.Where(p => p.Id == access.ProjectId && p.DeletingAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletingAt, now), cancellationToken);
            await db.Environments.Where(e => e.ProjectId == access.ProjectId && e.DeletingAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.DeletingAt, now), cancellationToken);
            return Unit.Value;
        }, cancellationToken);
        signal.Raise();
        return result;
    }

    private static IQueryable<ProjectView> Views(PortalDbContext db, string team, IQueryable<ProjectRow> rows) => rows.AsNoTracking().OrderBy(p => p.Name).Select(p => new ProjectView(
        p.Id, team, p.Name, db.Environments.Count(e => e.ProjectId == p.Id),
        db.Apps.Count(a => db.Environments.Any(e => e.Id == a.EnvironmentId && e.ProjectId == p.Id)), p.DeletingAt != null, p.CreatedAt));
}
