using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Apply;

/// <summary>What variables refer to in other apps of the environment.</summary>
internal static class ReferenceTargets
{
    /// <summary>An error that names every variable whose reference leads nowhere.</summary>
    public static async Task<Error?> CheckAsync(PortalDbContext db, Guid environment, string environmentName, string app, AppSpec spec, CancellationToken cancellationToken)
    {
        var references = AppReferences.In(spec).ToList();
        if (references.Count == 0) return null;
        var specs = await SpecsAsync(db, environment, environmentName, references.Select(r => r.Reference.App), cancellationToken);
        specs = specs.SetItem(app, spec);
        var faults = new List<FieldError>();
        foreach (var (variable, reference) in references)
        {
            if (!specs.TryGetValue(reference.App, out var other)) faults.Add(new($"spec.env.{variable}", $"The environment has no app {reference.App}; declare it first, or write $${{ for a plain ${{."));
            else if (!other.Processes.TryGetValue(reference.Process, out var process) || process.Port is null) faults.Add(new($"spec.env.{variable}", $"The app {reference.App} has no process {reference.Process} with a port."));
        }

        return faults.Count > 0 ? Error.Invalid(faults.Distinct()) : null;
    }

    /// <summary>The service ports that references of a spec need, as <c>app.process</c>. What is gone meanwhile is left out: its address still follows from its name.</summary>
    public static async Task<ImmutableSortedDictionary<string, int>> PortsAsync(
        PortalDbContext db, Guid environment, string environmentName, string app, AppSpec spec, CancellationToken cancellationToken)
    {
        var references = AppReferences.In(spec).Select(r => r.Reference).ToList();
        if (references.Count == 0) return ImmutableSortedDictionary<string, int>.Empty;
        var specs = (await SpecsAsync(db, environment, environmentName, references.Select(r => r.App), cancellationToken)).SetItem(app, spec);
        var ports = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (specs.TryGetValue(reference.App, out var other) && other.Processes.TryGetValue(reference.Process, out var process) && process.Port is { } port)
                ports[$"{reference.App}.{reference.Process}"] = reference.Process == "web" ? 80 : port;
        }

        return ports.ToImmutable();
    }

    private static async Task<ImmutableDictionary<string, AppSpec>> SpecsAsync(
        PortalDbContext db, Guid environment, string environmentName, IEnumerable<string> apps, CancellationToken cancellationToken)
    {
        var names = apps.Distinct(StringComparer.Ordinal).ToList();
        var rows = await (
            from app in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            where app.EnvironmentId == environment && names.Contains(app.Name) && app.DeletingAt == null
            select new { app.Name, release.Declaration }).ToListAsync(cancellationToken);
        return rows.ToImmutableDictionary(row => row.Name, row => DeclarationJson.Read(row.Declaration).In(environmentName), StringComparer.Ordinal);
    }
}
