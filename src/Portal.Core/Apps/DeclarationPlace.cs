using Microsoft.EntityFrameworkCore;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Whether a declaration fits the place it is sent to.</summary>
internal static class DeclarationPlace
{
    /// <summary>The valid declaration with the place's names filled in.</summary>
    public static Result<AppDeclaration> Check(AppDeclaration declaration, ScopeRef place, IDeclarations declarations)
    {
        var faults = declarations.Validate(declaration).ToList();
        if (declaration.Metadata.Team is { } team && team != place.Team) faults.Add(new("metadata.team", $"Says '{team}', but the address says '{place.Team}'."));
        if (declaration.Metadata.Project is { } project && project != place.Project) faults.Add(new("metadata.project", $"Says '{project}', but the address says '{place.Project}'."));
        if (place.App is { } app && app != declaration.Metadata.Name) faults.Add(new("metadata.name", $"Says '{declaration.Metadata.Name}', but the address says '{app}'."));
        return faults.Count > 0 ? Error.Invalid(faults) : declaration with { Metadata = declaration.Metadata with { Team = place.Team, Project = place.Project } };
    }

    /// <summary>An error when an object's name would be another app's: hello with a process web-a and hello-web with a process a are both hello-web-a.</summary>
    public static async Task<Error?> CollidesAsync(PortalDbContext db, EnvironmentRow environment, string name, AppSpec spec, CancellationToken cancellationToken)
    {
        var others = await (
            from app in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            where app.EnvironmentId == environment.Id && app.Name != name
            select new { app.Name, app.Workload, release.Declaration }).ToListAsync(cancellationToken);
        var workload = await db.Apps.AsNoTracking().Where(a => a.EnvironmentId == environment.Id && a.Name == name).Select(a => a.Workload).SingleOrDefaultAsync(cancellationToken)
            ?? await Workloads.ForNewAsync(db, environment.Id, name, cancellationToken);
        var own = ObjectNames.Of(workload, spec.Processes.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var other in others)
        {
            if (ObjectNames.Of(other.Workload, DeclarationJson.Read(other.Declaration).In(environment.Name).Processes.Keys).FirstOrDefault(own.Contains) is { } taken)
                return Error.Invalid("metadata.name", $"The app and its process would be called {taken}, as is one of the app {other.Name}; choose another name.");
        }

        return null;
    }
}
