using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Apps.Documents;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Previews;

/// <summary>Previews of an environment.</summary>
internal sealed class PreviewCommands(UnitOfWork work, AppWriter apps, SecretStore secrets, WorkSignal signal, PortalCoreOptions options, TimeProvider clock) : IPreviews
{
    private const int DefaultHours = 72;
    private const int MaxPreviews = 50;

    public Task<Result<IReadOnlyList<PreviewView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<PreviewView>>(actor, Right.AppView, environment, async (db, access) =>
        {
            var rows = await db.Environments.AsNoTracking().Where(e => e.PreviewOf == access.EnvironmentId).OrderBy(e => e.CreatedAt).ToListAsync(cancellationToken);
            var views = new List<PreviewView>(rows.Count);
            foreach (var row in rows) views.Add(await ViewAsync(db, row, environment.Environment!, cancellationToken));
            return views;
        }, cancellationToken);

    public async Task<Result<PreviewView>> OpenAsync(Actor actor, ScopeRef environment, PreviewOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var result = await work.WriteAsync<PreviewView>(actor, Right.Deploy, environment, "preview.open", async (db, access) =>
        {
            if (Faults(order) is { Count: > 0 } faults) return Error.Invalid(faults);
            if (access.Protected) return Error.Conflict("A preview has the secrets of the environment it is made from, and those of a protected one are not for previews; make it from another.");
            // Locking the project makes openings of one key follow each other.
            var project = await db.Projects.FromSql($"SELECT * FROM portal.projects WHERE id = {access.ProjectId} FOR UPDATE").SingleAsync(cancellationToken);
            if (project.DeletingAt is not null) return Error.Conflict("The project is being deleted.");
            var source = await db.Environments.AsNoTracking().SingleAsync(e => e.Id == access.EnvironmentId, cancellationToken);
            if (source.PreviewOf is not null) return Error.Conflict("A preview is made from an environment that stays.");
            var until = clock.GetUtcNow() + TimeSpan.FromHours(order.Hours ?? DefaultHours);
            var preview = await db.Environments.SingleOrDefaultAsync(e => e.PreviewOf == source.Id && e.PreviewKey == order.Key, cancellationToken);
            if (preview?.DeletingAt is not null) return Error.Conflict("The preview is being removed; open it again in a moment.");
            if (preview is null && await db.Environments.CountAsync(e => e.PreviewOf == source.Id, cancellationToken) >= MaxPreviews) return Error.QuotaExceeded($"An environment has at most {MaxPreviews} previews; close one first.");
            preview ??= await CreateAsync(db, source, project.Name, order.Key, until, cancellationToken);
            preview.ExpiresAt = until;
            await db.SaveChangesAsync(cancellationToken);
            if (await FillAsync(db, access, source, preview, order, cancellationToken) is { } refused) return refused;
            return await ViewAsync(db, preview, source.Name, cancellationToken);
        }, cancellationToken, order.Key ?? "");
        if (result.IsOk) signal.Raise();
        return result;
    }

    public async Task<Result<Unit>> CloseAsync(Actor actor, ScopeRef environment, string key, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<Unit>(actor, Right.Deploy, environment, "preview.close", async (db, access) =>
        {
            DateTimeOffset? now = clock.GetUtcNow();
            return await db.Environments.Where(e => e.PreviewOf == access.EnvironmentId && e.PreviewKey == key)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.DeletingAt, e => e.DeletingAt ?? now), cancellationToken) == 0
                ? Error.NotFound("preview")
                : Unit.Value;
        }, cancellationToken, key);
        if (result.IsOk) signal.Raise();
        return result;
    }

    private static List<FieldError> Faults(PreviewOrder order)
    {
        var faults = new List<FieldError>();
        if (order.Key is not { Length: >= 1 and <= 200 } || order.Key.Any(char.IsControl)) faults.Add(new("key", "Name the branch or pull request, in at most 200 characters."));
        if (order.Hours is < 1 or > 720) faults.Add(new("hours", "Must be from 1 to 720."));
        if ((order.App is null) != (order.Image is null)) faults.Add(new(order.App is null ? "app" : "image", "Give an app and its image together."));
        if (order.Image is { } image && DeclarationRules.Image.Fault(image) is { } fault) faults.Add(new("image", fault));
        return faults;
    }

    private async Task<EnvironmentRow> CreateAsync(PortalDbContext db, EnvironmentRow source, string project, string key, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var taken = await db.Environments.Where(e => e.ProjectId == source.ProjectId).Select(e => e.Name).ToListAsync(cancellationToken);
        var name = PreviewNames.Of(key, taken.Contains);
        var row = new EnvironmentRow
        {
            Id = id,
            TeamId = source.TeamId,
            ProjectId = source.ProjectId,
            Name = name,
            Protected = false,
            Namespace = Names.Namespace(project, name, id),
            // A preview shows what the environment would be, and so runs where that runs.
            ClusterId = source.ClusterId,
            PreviewOf = source.Id,
            PreviewKey = key,
            ExpiresAt = until,
            QuotaPending = true,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Environments.Add(row);
        return row;
    }

    /// <summary>Brings the preview's apps to what the source has now; the one that shows the change gets its image.</summary>
    private async Task<Error?> FillAsync(PortalDbContext db, Access access, EnvironmentRow source, EnvironmentRow preview, PreviewOrder order, CancellationToken cancellationToken)
    {
        var rows = await (
            from app in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            where app.EnvironmentId == source.Id && app.DeletingAt == null
            select new { app, release }).ToListAsync(cancellationToken);
        if (order.App is not null && !rows.Exists(row => row.app.Name == order.App)) return Error.Invalid("app", $"{source.Name} has no app {order.App}.");
        var inside = access with { Scope = access.Scope with { Environment = preview.Name, App = null }, EnvironmentId = preview.Id, Protected = false };
        var specs = rows.ToDictionary(row => row.app.Name, row => DeclarationJson.Read(row.release.Declaration).In(source.Name), StringComparer.Ordinal);
        foreach (var name in PreviewNames.InOrder(specs))
        {
            var (app, release) = rows.Where(row => row.app.Name == name).Select(row => (row.app, row.release)).Single();
            var spec = specs[name] with { Domains = [], Image = name == order.App ? order.Image! : specs[name].Image };
            var present = await (
                from own in db.Apps.AsNoTracking()
                join newest in db.Releases.AsNoTracking() on new { own.Id, Number = own.LastRelease } equals new { Id = newest.AppId, newest.Number }
                where own.EnvironmentId == preview.Id && own.Name == name
                select newest).SingleOrDefaultAsync(cancellationToken);
            // An app whose image nobody asked about stays as the preview has it.
            if (present is not null && name != order.App) continue;
            var declaration = new AppDeclaration { Metadata = new() { Team = access.Scope.Team, Project = access.Scope.Project, Name = name }, Spec = spec };
            var versions = ReleaseJson.Versions(release.SecretVersions);
            var values = (await secrets.OpenAsync(db, app, versions, cancellationToken)).Where(secret => spec.Secrets.Contains(secret.Key)).ToDictionary(secret => secret.Key, secret => secret.Value, StringComparer.Ordinal);
            var made = await apps.WriteAsync(db, inside, declaration, values, new($"preview of {order.Key}", access.Actor.Via, AsksRights: false), cancellationToken);
            if (!made.IsOk) return made.Error;
        }

        return null;
    }

    private async Task<PreviewView> ViewAsync(PortalDbContext db, EnvironmentRow row, string from, CancellationToken cancellationToken)
    {
        var hosts = await db.Apps.AsNoTracking().Where(a => a.EnvironmentId == row.Id).Select(a => new { a.Name, a.Host }).ToListAsync(cancellationToken);
        return new(
            row.PreviewKey!, row.Name, from, row.ExpiresAt ?? row.CreatedAt, row.DeletingAt is not null, row.CreatedAt,
            hosts.ToImmutableSortedDictionary(app => app.Name, app => options.UrlOf(app.Host), StringComparer.Ordinal));
    }
}
