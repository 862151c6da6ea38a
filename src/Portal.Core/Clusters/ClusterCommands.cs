using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Clusters by kubeconfig. A cluster is asked before anything is written, outside any transaction.</summary>
internal sealed partial class ClusterCommands(
    IAuthorizer authorizer, ITenantDbContextFactory contexts, AuditTrail audit, SecretCipher cipher, ClusterAddresses addresses, ClusterLinks links, WorkSignal signal, TimeProvider clock) : IClusters
{
    private const int MaxClusters = 20;

    public Task<Result<IReadOnlyList<ClusterView>>> ListAsync(Actor actor, string? team, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<IReadOnlyList<ClusterView>>(async () =>
        {
            var place = await PlaceAsync(actor, team is null ? Right.ClusterManage : Right.AppView, team, cancellationToken);
            return place.IsOk ? await ViewsAsync(place.Value, cancellationToken) : place.Error;
        });

    public async Task<Result<ClusterView>> GetAsync(Actor actor, string? team, string name, CancellationToken cancellationToken)
    {
        var all = await ListAsync(actor, team, cancellationToken);
        if (!all.IsOk) return all.Error;
        return all.Value.Where(view => view.Name == name).OrderBy(view => view.Team is null).FirstOrDefault() is { } found ? found : Error.NotFound("cluster");
    }

    public async Task<Result<ClusterView>> AddAsync(Actor actor, string? team, ClusterDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var name = draft.Name.Trim();
        var place = await UnitOfWork.GuardAsync(() => PlaceAsync(actor, Right.ClusterManage, team, cancellationToken));
        if (!place.IsOk) return place.Error;
        if (NameFault(name, "name") is { } fault) return Error.Invalid(fault);
        if (draft.IngressClass is { Length: > 0 } wished && !IngressClassName().IsMatch(wished)) return Error.Invalid("ingressClass", "Must be the name of an IngressClass: lower-case letters, digits, hyphens and dots, at most 63.");
        var asked = await AskAsync(draft.Kubeconfig, draft.Context, team is not null, cancellationToken);
        if (!asked.IsOk) return asked.Error;
        var (access, findings) = asked.Value;
        return await ChangeAsync<ClusterView>(actor, place.Value, "cluster.add", $"{name} at {access.Shown}", async db =>
        {
            if (await db.Clusters.CountAsync(c => c.TeamId == place.Value.TeamId, cancellationToken) >= MaxClusters) return Error.QuotaExceeded($"At most {MaxClusters} clusters can be added; remove one first.");
            var (id, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
            var row = new ClusterRow
            {
                Id = id,
                TeamId = place.Value.TeamId,
                Name = name,
                Server = access.Shown,
                Credentials = cipher.Seal(access.Write(), place.Value.TeamId ?? Guid.Empty, id, ClusterAccess.SealName, 1),
                Revision = 1,
                IngressClass = string.IsNullOrEmpty(draft.IngressClass) ? null : draft.IngressClass,
                Version = findings.Version,
                Problem = "",
                Missing = findings.Missing,
                HasPlacement = findings.HasPlacement,
                HasUsage = findings.HasUsage,
                CheckedAt = now,
                HeardAt = now,
                CreatedAt = now,
            };
            db.Clusters.Add(row);
            return ClusterViews.Of(row, team, []);
        }, cancellationToken);
    }

    public async Task<Result<ClusterView>> ReplaceAsync(Actor actor, string? team, string name, Sensitive kubeconfig, string? context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        var place = await UnitOfWork.GuardAsync(() => PlaceAsync(actor, Right.ClusterManage, team, cancellationToken));
        if (!place.IsOk) return place.Error;
        var asked = await AskAsync(kubeconfig, context, team is not null, cancellationToken);
        if (!asked.IsOk) return asked.Error;
        var (access, findings) = asked.Value;
        return await ChangeOneAsync<ClusterView>(actor, place.Value, name, "cluster.replace", $"{name} at {access.Shown}", async (db, row) =>
        {
            row.Revision++;
            row.Server = access.Shown;
            row.Credentials = cipher.Seal(access.Write(), place.Value.TeamId ?? Guid.Empty, row.Id, ClusterAccess.SealName, row.Revision);
            (row.Problem, row.Version, row.Missing, row.HasPlacement, row.HasUsage) = ("", findings.Version, findings.Missing, findings.HasPlacement, findings.HasUsage);
            row.CheckedAt = row.HeardAt = clock.GetUtcNow();
            return await ViewAsync(db, place.Value, row, cancellationToken);
        }, cancellationToken);
    }

    public async Task<Result<ClusterView>> RenameAsync(Actor actor, string? team, string name, string newName, CancellationToken cancellationToken)
    {
        var place = await UnitOfWork.GuardAsync(() => PlaceAsync(actor, Right.ClusterManage, team, cancellationToken));
        if (!place.IsOk) return place.Error;
        var wanted = newName?.Trim() ?? "";
        if (NameFault(wanted, "name") is { } fault) return Error.Invalid(fault);
        return await ChangeOneAsync<ClusterView>(actor, place.Value, name, "cluster.rename", $"{name} to {wanted}", async (db, row) =>
        {
            row.Name = wanted;
            return await ViewAsync(db, place.Value, row, cancellationToken);
        }, cancellationToken);
    }

    public async Task<Result<ClusterView>> CheckAsync(Actor actor, string? team, string name, CancellationToken cancellationToken)
    {
        var place = await UnitOfWork.GuardAsync(() => PlaceAsync(actor, Right.ClusterManage, team, cancellationToken));
        if (!place.IsOk) return place.Error;
        try
        {
            ClusterRow? row;
            await using (var db = await contexts.CreateAsync(place.Value.Tenant, cancellationToken))
                row = await db.Clusters.AsNoTracking().SingleOrDefaultAsync(c => c.Name == name && c.TeamId == place.Value.TeamId, cancellationToken);
            if (row is null) return Error.NotFound("cluster");
            ClusterFindings findings;
            using (var connection = links.Connect(row)) findings = await ClusterCheck.AskAsync(connection.Client, cancellationToken);
            await using (var db = await contexts.CreateAsync(place.Value.Tenant, cancellationToken))
            {
                await ClusterLinks.NoteAsync(db, row.Id, row.Revision, findings, clock.GetUtcNow(), cancellationToken);
                await db.CommitAsync(cancellationToken);
            }
        }
        catch (ClusterException e)
        {
            return Error.Unavailable(e.Message);
        }

        return await GetAsync(actor, team, name, cancellationToken);
    }

    public async Task<Result<Unit>> RemoveAsync(Actor actor, string? team, string name, CancellationToken cancellationToken)
    {
        var place = await UnitOfWork.GuardAsync(() => PlaceAsync(actor, Right.ClusterManage, team, cancellationToken));
        if (!place.IsOk) return place.Error;
        return await ChangeOneAsync<Unit>(actor, place.Value, name, "cluster.remove", name, async (db, row) =>
        {
            if (await EnvironmentsAsync(db, cancellationToken, row.Id) is { Count: > 0 } there)
                return Error.Conflict($"Environments target this cluster: {string.Join(", ", there.Select(one => one.Path))}. Delete them first.");
            db.Clusters.Remove(row);
            return Unit.Value;
        }, cancellationToken);
    }

    private static FieldError? NameFault(string name, string field) =>
        name == ClusterViews.Embedded ? new(field, $"{ClusterViews.Embedded} is the portal's own engine.") : Grammar.IsName(name, 30) ? null : new(field, Names.Rule("cluster", 30));

    /// <summary>Reads a kubeconfig and asks the cluster it leads to.</summary>
    private async Task<Result<(ClusterAccess Access, ClusterFindings Findings)>> AskAsync(Sensitive kubeconfig, string? context, bool ofTeam, CancellationToken cancellationToken)
    {
        var access = Kubeconfig.Read(kubeconfig.Reveal(), context);
        if (!access.IsOk) return access.Error;
        using var connection = new ClusterConnection(access.Value, addresses, ofTeam);
        var findings = await ClusterCheck.AskAsync(connection.Client, cancellationToken);
        return findings.Problem.Length > 0 ? Error.Invalid(Kubeconfig.Field, $"The cluster at {access.Value.Shown} cannot be used. {findings.Problem}") : (access.Value, findings);
    }

    private async Task<Result<Place>> PlaceAsync(Actor actor, Right right, string? team, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (team is null) return PlatformTable.Allows(actor, right) ? new Place(null, null, TenantContext.Platform) : Error.Forbidden(PlatformTable.Denial(right));
        var access = await authorizer.AuthorizeAsync(actor, right, new(team), cancellationToken);
        return access.IsOk ? new Place(team, access.Value.Tenant.TeamId, access.Value.Tenant) : access.Error;
    }

    private Task<Result<T>> ChangeOneAsync<T>(
        Actor actor, Place place, string name, string action, string detail, Func<PortalDbContext, ClusterRow, Task<Result<T>>> act, CancellationToken cancellationToken) =>
        ChangeAsync(actor, place, action, detail, async db =>
        {
            // Locked, so that an environment cannot begin to target a cluster whose removal has just counted them.
            var row = await db.Clusters.FromSql($"SELECT * FROM portal.clusters WHERE name = {name} AND team_id IS NOT DISTINCT FROM {place.TeamId} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
            return row is null ? Error.NotFound("cluster") : await act(db, row);
        }, cancellationToken);

    private Task<Result<T>> ChangeAsync<T>(Actor actor, Place place, string action, string detail, Func<PortalDbContext, Task<Result<T>>> act, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync(async () =>
        {
            await using var db = await contexts.CreateAsync(place.Tenant, cancellationToken);
            var done = await act(db);
            if (!done.IsOk) return done;
            audit.Add(db, place.TeamId, actor, action, place.Team ?? "clusters", AuditOutcome.Done, detail);
            await db.CommitAsync(cancellationToken);
            signal.Raise();
            return done;
        });

    private async Task<Result<IReadOnlyList<ClusterView>>> ViewsAsync(Place place, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(place.Tenant, cancellationToken);
        var rows = await db.Clusters.AsNoTracking().Where(c => c.TeamId == null || c.TeamId == place.TeamId).OrderBy(c => c.Name).ToListAsync(cancellationToken);
        var environments = (await EnvironmentsAsync(db, cancellationToken)).ToLookup(one => one.Cluster, one => one.Path);
        return rows.ConvertAll(row => ClusterViews.Of(row, row.TeamId is null ? null : place.Team, environments[row.Id]));
    }

    private static async Task<ClusterView> ViewAsync(PortalDbContext db, Place place, ClusterRow row, CancellationToken cancellationToken) =>
        ClusterViews.Of(row, place.Team, (await EnvironmentsAsync(db, cancellationToken, row.Id)).Select(one => one.Path));

    // Those of the context's tenant alone, or everybody's in the platform's.
    private static async Task<List<(Guid Cluster, string Path)>> EnvironmentsAsync(PortalDbContext db, CancellationToken cancellationToken, Guid? only = null) => (await (
        from environment in db.Environments.AsNoTracking()
        join project in db.Projects.AsNoTracking() on environment.ProjectId equals project.Id
        join team in db.Teams.AsNoTracking() on environment.TeamId equals team.Id
        where environment.ClusterId != null && (only == null || environment.ClusterId == only)
        orderby team.Name, project.Name, environment.Name
        select new { environment.ClusterId, Team = team.Name, Project = project.Name, Environment = environment.Name }).ToListAsync(cancellationToken))
        .ConvertAll(row => (row.ClusterId!.Value, $"{row.Team}/{row.Project}/{row.Environment}"));

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    private static partial Regex IngressClassName();

    private sealed record Place(string? Team, Guid? TeamId, TenantContext Tenant);
}
