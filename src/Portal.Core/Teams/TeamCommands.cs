using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>Teams as tenants.</summary>
internal sealed class TeamCommands(UnitOfWork work, ITenantDbContextFactory contexts, AuditTrail audit, TimeProvider clock) : ITeams
{
    public Task<Result<IReadOnlyList<TeamView>>> ListAsync(Actor actor, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<IReadOnlyList<TeamView>>(async () =>
        {
            ArgumentNullException.ThrowIfNull(actor);
            if (Lacks(actor, Right.AppView) is { } error) return error;
            // Memberships lie across tenants: the platform scope, narrowed to the actor's own.
            await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            var only = actor.Scope?.Team;
            return await Views(db, actor, only).ToListAsync(cancellationToken);
        });

    public Task<Result<TeamView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.ReadAsync<TeamView>(actor, Right.AppView, new(team), async (db, _) => await Views(db, actor, team).SingleAsync(cancellationToken), cancellationToken);

    public Task<Result<TeamView>> CreateAsync(Actor actor, string name, string? displayName, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<TeamView>(async () =>
        {
            ArgumentNullException.ThrowIfNull(actor);
            if (actor.Scope is not null) return Error.Forbidden("A token that is narrowed cannot create teams.");
            displayName = string.IsNullOrWhiteSpace(displayName) ? name : displayName.Trim();
            var faults = new List<FieldError>();
            if (!Grammar.IsName(name, 40)) faults.Add(new("name", Names.Rule("team", 40)));
            if (displayName.Length > 100 || displayName.Any(char.IsControl)) faults.Add(new("displayName", "Must be at most 100 characters on one line."));
            if (faults.Count > 0) return Error.Invalid(faults);

            var team = new TeamRow { Id = Guid.CreateVersion7(), Name = name, DisplayName = displayName, CreatedAt = clock.GetUtcNow() };
            await using var db = await contexts.CreateAsync(TenantContext.ForTeam(team.Id), cancellationToken);
            db.Teams.Add(team);
            db.Members.Add(new() { TeamId = team.Id, UserId = actor.UserId, Email = actor.Email, Role = Role.Owner, CreatedAt = team.CreatedAt });
            audit.Add(db, team.Id, actor, "team.create", name, AuditOutcome.Done);
            await db.CommitAsync(cancellationToken);
            return new TeamView(team.Id, name, displayName, Role.Owner, 1, 0, team.CreatedAt);
        });

    public Task<Result<Unit>> DeleteAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        work.WriteAsync<Unit>(actor, Right.TeamDelete, new(team), "team.delete", async (db, access) =>
        {
            if (await db.Projects.AnyAsync(cancellationToken)) return Error.Conflict("The team still has projects: delete them first.");
            await db.Teams.Where(t => t.Id == access.Tenant.TeamId).ExecuteDeleteAsync(cancellationToken);
            return Unit.Value;
        }, cancellationToken);

    private static Error? Lacks(Actor actor, Right right) =>
        actor.Scope?.Rights is { } rights && !rights.Contains(right) ? Error.Forbidden($"The token does not carry the right {right}.") : null;

    private static IQueryable<TeamView> Views(PortalDbContext db, Actor actor, string? only) =>
        from team in db.Teams.AsNoTracking()
        join member in db.Members on team.Id equals member.TeamId
        where member.UserId == actor.UserId && (only == null || team.Name == only)
        orderby team.Name
        select new TeamView(
            team.Id, team.Name, team.DisplayName, member.Role, db.Members.Count(m => m.TeamId == team.Id), db.Projects.Count(p => p.TeamId == team.Id), team.CreatedAt);
}
