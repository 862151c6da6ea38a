using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>Decides by membership, role table, protection and token scope; resolves names through the tenant alone.</summary>
internal sealed class Authorizer(ITenantDbContextFactory contexts, AuditTrail audit) : IAuthorizer
{
    public async Task<Result<Access>> AuthorizeAsync(Actor actor, Right right, ScopeRef scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(scope);
        return await UnitOfWork.GuardAsync(() => DecideAsync(actor, right, scope, cancellationToken));
    }

    private async Task<Result<Access>> DecideAsync(Actor actor, Right right, ScopeRef scope, CancellationToken cancellationToken)
    {
        if (actor.Scope?.Unless(scope) is { } elsewhere) return elsewhere;

        var membership = await MembershipAsync(actor, scope.Team, cancellationToken);
        if (membership is not var (team, role)) return Error.NotFound("team");

        var tenant = TenantContext.ForTeam(team);
        await using var db = await contexts.CreateAsync(tenant, cancellationToken);
        var access = new Access(actor, scope, tenant, role, null, null, null, false);

        if (scope.Project is not null)
        {
            var project = await db.Projects.Where(p => p.Name == scope.Project).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(cancellationToken);
            if (project is null) return Error.NotFound("project");
            access = access with { ProjectId = project };
        }

        if (scope.Environment is not null)
        {
            var environment = await db.Environments.Where(e => e.ProjectId == access.ProjectId && e.Name == scope.Environment)
                .Select(e => new { e.Id, e.Protected }).SingleOrDefaultAsync(cancellationToken);
            if (environment is null) return Error.NotFound("environment");
            access = access with { EnvironmentId = environment.Id, Protected = environment.Protected };
        }

        if (scope.App is not null)
        {
            var app = await db.Apps.Where(a => a.EnvironmentId == access.EnvironmentId && a.Name == scope.App).Select(a => new { a.Id, a.Workload }).SingleOrDefaultAsync(cancellationToken);
            if (app is null) return Error.NotFound("app");
            access = access with { AppId = app.Id, Workload = app.Workload };
        }

        if (access.Can(right)) return access;

        audit.Add(db, team, actor, right.ToString(), scope.ToString(), AuditOutcome.Denied);
        await db.CommitAsync(cancellationToken);
        return Error.Forbidden(
            actor.Scope?.Rights is { } rights && !rights.Contains(right)
                ? $"The token does not carry the right {right}."
                : $"The role {role} does not have the right {right}{(access.Protected ? " in a protected environment" : "")}.");
    }

    private async Task<(Guid Team, Role Role)?> MembershipAsync(Actor actor, string team, CancellationToken cancellationToken)
    {
        // The one place where a name becomes a tenant: it needs the platform scope and looks at the actor's own memberships only.
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        var found = await db.Teams.Where(t => t.Name == team)
            .Join(db.Members.Where(m => m.UserId == actor.UserId), t => t.Id, m => m.TeamId, (t, m) => new { t.Id, m.Role })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.Id, found.Role);
    }
}
