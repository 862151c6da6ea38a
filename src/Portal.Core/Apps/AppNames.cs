using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Renames apps.</summary>
internal sealed class AppNames(UnitOfWork work, ReleaseWriter releases, WorkSignal signal, PortalCoreOptions options) : IAppNames
{
    public Task<Result<RenamePlan>> PlanAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken) =>
        work.ReadAsync<RenamePlan>(actor, Right.ConfigWrite, app, async (db, access) =>
        {
            var found = await CheckAsync(db, access, name, cancellationToken);
            if (!found.IsOk) return found.Error;
            var (row, newest) = found.Value;
            var domains = await db.Domains.AsNoTracking().Where(d => d.AppId == row.Id && !d.IsDefault).OrderBy(d => d.Host).Select(d => d.Host).ToListAsync(cancellationToken);
            var volumes = await db.Volumes.AsNoTracking().Where(v => v.EnvironmentId == row.EnvironmentId && v.App == row.Workload && v.KeptUntil == null).OrderBy(v => v.Name).ToListAsync(cancellationToken);
            var (team, project, environment) = (access.Scope.Team, access.Scope.Project, access.Scope.Environment);
            return new RenamePlan(
                row.Name, name, newest.Number + 1, [options.UrlOf(row.Host), .. domains.Select(options.UrlOf)], [.. volumes.Select(v => $"{v.Name} ({v.Claim})")],
                [$"/t/{team}/p/{project}/e/{environment}/apps/{row.Name}", $"/api/v1/teams/{team}/projects/{project}/environments/{environment}/apps/{row.Name}"]);
        }, cancellationToken);

    public async Task<Result<ReleaseView>> RenameAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<ReleaseView>(actor, Right.ConfigWrite, app, "app.rename", async (db, access) =>
        {
            if (await ReleaseWriter.LockAppAsync(db, access.AppId!.Value, cancellationToken) is not { } row) return Error.NotFound("app");
            var found = await CheckAsync(db, access, name, cancellationToken);
            if (!found.IsOk) return found.Error;
            var (former, newest) = (row.Name, found.Value.Newest);
            row.Name = name;
            // Saved first: the rules of a release look at the environment's apps as they are called now.
            await db.SaveChangesAsync(cancellationToken);
            return await releases.WriteAsync(
                db, row, access.Scope.Environment!, new(DeclarationJson.Read(newest.Declaration), ReleaseJson.Versions(newest.SecretVersions), $"renamed from {former} to {name}", actor.Email) { Trigger = actor.Via, Renames = true },
                cancellationToken);
        }, cancellationToken, name ?? "");
        if (result.IsOk) signal.Raise();
        return result;
    }

    private static async Task<Result<(AppRow App, ReleaseRow Newest)>> CheckAsync(PortalDbContext db, Access access, string name, CancellationToken cancellationToken)
    {
        if (!Grammar.IsName(name ?? "", 30)) return Error.Invalid("name", Names.Rule("app", 30));
        var row = await db.Apps.AsNoTracking().SingleAsync(a => a.Id == access.AppId, cancellationToken);
        if (row.DeletingAt is not null) return Error.Conflict("The app is being deleted.");
        if (row.Name == name) return Error.Invalid("name", "It is called so already.");
        if (await db.Apps.AnyAsync(a => a.EnvironmentId == row.EnvironmentId && a.Name == name, cancellationToken)) return Error.Conflict("The environment has an app of this name already.");
        if (await ReleaseWriter.NewestAsync(db, row, cancellationToken) is not { } newest) return Error.NotFound("app");
        var others = await (
            from other in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { other.Id, Number = other.LastRelease } equals new { Id = release.AppId, release.Number }
            where other.EnvironmentId == row.EnvironmentId && other.DeletingAt == null
            orderby other.Name
            select new { other.Name, release.Declaration }).ToListAsync(cancellationToken);
        var referring = others.SelectMany(other => AppReferences.In(DeclarationJson.Read(other.Declaration).In(access.Scope.Environment!)).Where(r => r.Reference.App == row.Name).Select(r => $"{other.Name} in {r.Variable}")).Distinct().ToList();
        return referring.Count > 0
            ? Error.Conflict($"Variables refer to it by its name: {string.Join(", ", referring)}. Write the address there, or take the reference out first.")
            : (row, newest);
    }
}
