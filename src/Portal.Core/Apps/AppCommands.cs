using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps.Documents;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Apps of an environment.</summary>
internal sealed class AppCommands(
    UnitOfWork work, AppChange changes, AppWriter writer, IDeclarations declarations, IPlans plans, WorkSignal signal, PortalCoreOptions options, TimeProvider clock) : IApps
{
    public Task<Result<IReadOnlyList<AppView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<AppView>>(actor, Right.AppView, environment, async (db, access) =>
            await ViewsAsync(db, access, db.Apps.Where(a => a.EnvironmentId == access.EnvironmentId), cancellationToken), cancellationToken);

    public Task<Result<AppView>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        work.ReadAsync<AppView>(actor, Right.AppView, app, async (db, access) =>
            await ViewsAsync(db, access, db.Apps.Where(a => a.Id == access.AppId), cancellationToken) is [var view] ? view : Error.NotFound("app"), cancellationToken);

    public async Task<Result<ReleaseView>> DeclareAsync(
        Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, string? planId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        ArgumentNullException.ThrowIfNull(environment);
        var checkedDeclaration = DeclarationPlace.Check(declaration, environment, declarations);
        // An address that names the app (REST's PUT) counts as its environment here: the app need not exist yet.
        environment = environment with { App = null };
        PlanView? kept = null;
        if (planId is not null)
        {
            var plan = await plans.PlanAsync(actor, environment, declaration, secrets, cancellationToken);
            if (!plan.IsOk) return plan.Error;
            if (plan.Value.Id != planId) return Error.Conflict("The plan is stale: the app or the cluster changed since it was made. Plan again.");
            kept = plan.Value;
        }

        var result = await work.WriteAsync<ReleaseView>(actor, Right.Deploy, environment, "app.declare", async (db, access) =>
        {
            // The decision comes before any word about the input.
            if (!checkedDeclaration.IsOk) return checkedDeclaration.Error;
            return await writer.WriteAsync(db, access, checkedDeclaration.Value, secrets, new(null, actor.Via, Plan: kept), cancellationToken);
        }, cancellationToken, declaration.Metadata.Name);
        if (result.IsOk) signal.Raise();
        return result;
    }

    public Task<Result<ReleaseView>> ScaleAsync(Actor actor, ScopeRef app, string process, int replicas, CancellationToken cancellationToken) =>
        changes.MakeAsync(actor, Right.Scale, app, "app.scale", $"{process} to {replicas}", (_, environment, declaration) =>
        {
            if (!declaration.In(environment).Processes.ContainsKey(process ?? "")) return Error.Invalid("process", $"The app has no process '{process}'.");
            if (replicas < DeclarationRules.Replicas.Min || replicas > DeclarationRules.Replicas.Max) return Error.Invalid("replicas", "Must be a whole number from 0 to 100.");
            return new ChangedDeclaration(declaration.WithReplicas(environment, process!, replicas), $"{process} scaled to {replicas}");
        }, cancellationToken);

    public Task<Result<ReleaseView>> SetVariableAsync(Actor actor, ScopeRef app, string name, string? value, CancellationToken cancellationToken) =>
        changes.MakeAsync(actor, Right.ConfigWrite, app, "app.variable", name, (_, environment, declaration) =>
        {
            if (DeclarationRules.Variable.Fault(name ?? "") is { } fault) return Error.Invalid("name", fault);
            if (value is null && !declaration.In(environment).Env.ContainsKey(name!)) return Error.NotFound("variable");
            return new ChangedDeclaration(declaration.WithVariable(environment, name!, value), value is null ? $"{name} removed" : $"{name} set");
        }, cancellationToken);

    public Task<Result<ReleaseView>> SetSecretAsync(Actor actor, ScopeRef app, string name, Sensitive value, CancellationToken cancellationToken) =>
        changes.MakeAsync(actor, Right.SecretWrite, app, "app.secret", name, (_, environment, declaration) =>
        {
            if (DeclarationRules.Variable.Fault(name ?? "") is { } fault) return Error.Invalid("name", fault);
            var declared = declaration.In(environment).Secrets;
            return new ChangedDeclaration(declared.Contains(name!) ? declaration : declaration.WithSecrets(environment, declared.Add(name!)), $"secret {name} set");
        }, cancellationToken, newSecrets: new Dictionary<string, Sensitive> { [name ?? ""] = value });

    public Task<Result<IReadOnlyList<SecretVersion>>> SecretVersionsAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<SecretVersion>>(actor, Right.AppView, app, async (db, access) =>
            await db.Secrets.AsNoTracking().Where(s => s.AppId == access.AppId && !s.Name.StartsWith("tls/")).OrderBy(s => s.Name).ThenByDescending(s => s.Version)
                .Select(s => new SecretVersion(s.Name, s.Version, s.Author, s.CreatedAt)).ToListAsync(cancellationToken), cancellationToken);

    public Task<Result<ReleaseView>> SetImageAsync(Actor actor, ScopeRef app, string image, CancellationToken cancellationToken) =>
        changes.MakeAsync(actor, Right.Deploy, app, "app.image", image, (_, environment, declaration) =>
            DeclarationRules.Image.Fault(image ?? "") is { } fault
                ? Error.Invalid("image", fault)
                : new ChangedDeclaration(declaration.WithImage(environment, image!), $"image {image}"), cancellationToken);

    public Task<Result<ReleaseView>> RestartAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        changes.MakeAsync(actor, Right.Restart, app, "app.restart", "", (_, _, declaration) => new ChangedDeclaration(declaration, "restarted"), cancellationToken, restart: true);

    public async Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.AppDelete, app, "app.delete", async (db, access) =>
        {
            if (await ReleaseWriter.LockAppAsync(db, access.AppId!.Value, cancellationToken) is not { } row) return Error.NotFound("app");
            row.DeletingAt ??= clock.GetUtcNow();
            return Unit.Value;
        }, cancellationToken);
        if (result.IsOk) signal.Raise();
        return result;
    }

    private async Task<List<AppView>> ViewsAsync(PortalDbContext db, Access access, IQueryable<AppRow> query, CancellationToken cancellationToken)
    {
        var rows = await (
            from app in query.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            orderby app.Name
            select new { App = app, Release = release }).ToListAsync(cancellationToken);
        var ids = rows.Select(row => row.App.Id).ToList();
        var domainRows = await db.Domains.AsNoTracking().Where(d => ids.Contains(d.AppId) && !d.IsDefault).OrderBy(d => d.Host).ToListAsync(cancellationToken);
        var secretRows = await db.Secrets.AsNoTracking().Where(s => ids.Contains(s.AppId))
            .Where(s => !s.Name.StartsWith("tls/")).GroupBy(s => new { s.AppId, s.Name }).Select(g => new { g.Key.AppId, g.Key.Name, Version = g.Max(s => s.Version), At = g.Max(s => s.CreatedAt) })
            .ToListAsync(cancellationToken);
        return rows.Select(row =>
        {
            var declaration = DeclarationJson.Read(row.Release.Declaration);
            return new AppView(
                row.App.Id, access.Scope.Team, access.Scope.Project!, access.Scope.Environment!, row.App.Name, row.Release.Image, row.App.LastRelease, row.App.Instances,
                row.App.Host, options.UrlOf(row.App.Host), [.. domainRows.Where(d => d.AppId == row.App.Id).Select(d => d.Host)],
                [.. secretRows.Where(s => s.AppId == row.App.Id).OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => new SecretView(s.Name, s.Version, s.At))],
                declaration, row.App.DeletingAt is not null, row.App.CreatedAt);
        }).ToList();
    }
}
