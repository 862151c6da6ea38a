using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Core.Apply;
using Portal.Core.Audit;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Data;

/// <summary>The frame of every use case: decide, open the tenant's transaction, act, audit, commit. Translates the database's refusals.</summary>
internal sealed class UnitOfWork(IAuthorizer authorizer, ITenantDbContextFactory contexts, AuditTrail audit)
{
    /// <summary>What each constraint protects, in the words of the person who broke it.</summary>
    private static readonly Dictionary<string, string> Taken = new()
    {
        ["IX_teams_name"] = "This team name is taken.",
        ["PK_members"] = "This account is a member already.",
        ["IX_projects_team_id_name"] = "The team has a project of this name already.",
        ["IX_environments_project_id_name"] = "The project has an environment of this name already.",
        ["IX_apps_environment_id_name"] = "The environment has an app of this name already.",
        ["IX_clusters_team_id_name"] = "There is a cluster of this name already.",
        ["FK_environments_clusters_cluster_id"] = "The cluster was removed, or is targeted by an environment made at the same moment; look again.",
        ["PK_domains"] = "This domain belongs to another app.",
        ["ix_rollouts_one_active_an_app"] = "The app was changed by somebody else at the same moment; try again.",
        ["IX_releases_app_id_number"] = "The app was changed by somebody else at the same moment; try again.",
    };

    /// <summary>Reads within one consistent transaction.</summary>
    public async Task<Result<T>> ReadAsync<T>(
        Actor actor, Right right, ScopeRef scope, Func<PortalDbContext, Access, Task<Result<T>>> read, CancellationToken cancellationToken) =>
        await GuardAsync<T>(async () =>
        {
            var access = await authorizer.AuthorizeAsync(actor, right, scope, cancellationToken);
            if (!access.IsOk) return access.Error;
            await using var db = await contexts.CreateAsync(access.Value.Tenant, cancellationToken);
            return await read(db, access.Value);
        });

    /// <summary>Acts and audits in one transaction; commits only when the act succeeded.</summary>
    public async Task<Result<T>> WriteAsync<T>(
        Actor actor, Right right, ScopeRef scope, string action, Func<PortalDbContext, Access, Task<Result<T>>> act, CancellationToken cancellationToken, string detail = "") =>
        await GuardAsync<T>(async () =>
        {
            var access = await authorizer.AuthorizeAsync(actor, right, scope, cancellationToken);
            if (!access.IsOk) return access.Error;
            await using var db = await contexts.CreateAsync(access.Value.Tenant, cancellationToken);
            var result = await act(db, access.Value);
            if (!result.IsOk) return result;
            audit.Add(db, access.Value.Tenant.TeamId, actor, action, scope.ToString(), AuditOutcome.Done, detail);
            await db.CommitAsync(cancellationToken);
            return result;
        });

    /// <summary>Turns what the database refuses into errors of the closed set; everything else stays an exception.</summary>
    public static async Task<Result<T>> GuardAsync<T>(Func<Task<Result<T>>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (Postgres(e) is { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation } taken && Taken.ContainsKey(taken.ConstraintName ?? ""))
        {
            return Error.Conflict(Taken[Postgres(e)!.ConstraintName!]);
        }
        catch (ClusterException e) when (!e.IsFinal)
        {
            return Error.Unavailable(e.Message);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Error.Conflict("It was changed by somebody else at the same moment; try again.");
        }
        catch (Exception e) when (Postgres(e) is { IsTransient: true } || (e is NpgsqlException or { InnerException: NpgsqlException } && Postgres(e) is null))
        {
            return Error.Unavailable("The database does not answer now; try again in a moment.");
        }
    }

    private static PostgresException? Postgres(Exception e) => e as PostgresException ?? e.InnerException as PostgresException;
}
