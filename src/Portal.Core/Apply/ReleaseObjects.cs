using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Releases;
using Portal.Core.Volumes;

namespace Portal.Core.Apply;

/// <summary>Gathers what a stored release compiles from.</summary>
internal sealed class ReleaseObjects(SecretStore secrets)
{
    public async Task<CompileInput> InputAsync(PortalDbContext db, AppRow app, ReleaseRow release, CancellationToken cancellationToken)
    {
        var place = await PlaceAsync(db, app.EnvironmentId, cancellationToken);
        var versions = ReleaseJson.Versions(release.SecretVersions);
        var spec = DeclarationJson.Read(release.Declaration).In(place.Environment);
        return await WithSurroundingsAsync(db, app.EnvironmentId, app.Name, place with
        {
            App = app.Workload,
            Host = app.Host,
            Release = release.Number,
            InstanceRelease = release.InstanceRelease,
            Spec = spec,
            SecretVersions = versions,
            SecretValues = await secrets.OpenAsync(db, app, versions, cancellationToken),
        }, cancellationToken);
    }

    /// <summary>The input with what the database knows of the app's volumes and of the apps it refers to.</summary>
    public static async Task<CompileInput> WithSurroundingsAsync(PortalDbContext db, Guid environment, string name, CompileInput input, CancellationToken cancellationToken) => input with
    {
        Claims = input.Spec.Volumes.Count == 0 ? input.Claims : await VolumeClaims.ClaimsAsync(db, environment, input.App, cancellationToken),
        Ports = await ReferenceTargets.PortsAsync(db, environment, input.Environment, name, input.Spec, cancellationToken),
        Workloads = (await Workloads.OfAsync(db, environment, AppReferences.In(input.Spec).Select(r => r.Reference.App), cancellationToken)).ToImmutableSortedDictionary(StringComparer.Ordinal).SetItem(name, input.App),
    };

    /// <summary>The parts of an input that follow from the environment alone.</summary>
    public static async Task<CompileInput> PlaceAsync(PortalDbContext db, Guid environment, CancellationToken cancellationToken)
    {
        var place = await (
            from e in db.Environments.AsNoTracking()
            join p in db.Projects.AsNoTracking() on e.ProjectId equals p.Id
            join t in db.Teams.AsNoTracking() on e.TeamId equals t.Id
            join c in db.Clusters.AsNoTracking() on e.ClusterId equals c.Id into clusters
            from c in clusters.DefaultIfEmpty()
            where e.Id == environment
            select new { Team = t.Name, Project = p.Name, Environment = e.Name, e.Namespace, e.ClusterId, c.IngressClass }).SingleAsync(cancellationToken);
        return new()
        {
            Team = place.Team,
            Project = place.Project,
            Environment = place.Environment,
            Namespace = place.Namespace,
            IngressClass = place.ClusterId is null ? Labels.Portal : place.IngressClass,
            App = "",
            Host = "",
            Release = 0,
            InstanceRelease = 0,
            Spec = new() { Image = "" },
        };
    }
}
