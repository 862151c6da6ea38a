using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;

namespace Portal.Core.Projects;

/// <summary>Resolves a namespace through the actor's own memberships alone.</summary>
internal sealed class NamespaceDirectory(ITenantDbContextFactory contexts) : INamespaces
{
    public async Task<ScopeRef?> FindAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        // A namespace tells no tenant before it is looked up: the platform scope is needed, narrowed to teams the actor belongs to.
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        var found = await db.Environments.Where(environment => environment.Namespace == name)
            .Join(db.Projects, environment => environment.ProjectId, project => project.Id, (environment, project) => new { environment, project })
            .Join(db.Teams, row => row.project.TeamId, team => team.Id, (row, team) => new { row.environment, row.project, team })
            .Join(db.Members.Where(member => member.UserId == actor.UserId), row => row.team.Id, member => member.TeamId, (row, _) => new { Team = row.team.Name, Project = row.project.Name, Environment = row.environment.Name })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new ScopeRef(found.Team, found.Project, found.Environment);
    }
}
