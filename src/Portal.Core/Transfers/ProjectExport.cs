using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;

namespace Portal.Core.Transfers;

/// <summary>Reads a project into its file, in the caller's transaction.</summary>
internal static class ProjectExport
{
    public static async Task<ProjectFile> ReadAsync(PortalDbContext db, Access access, bool withMembers, CancellationToken cancellationToken)
    {
        var environments = await db.Environments.AsNoTracking().Where(e => e.ProjectId == access.ProjectId && e.DeletingAt == null && e.PreviewKey == null).ToListAsync(cancellationToken);
        var names = environments.ToDictionary(e => e.Id, e => e.Name);
        var ids = names.Keys.ToList();
        var apps = await (
            from app in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            where ids.Contains(app.EnvironmentId) && app.DeletingAt == null
            select new { app.EnvironmentId, app.Name, release.Declaration }).ToListAsync(cancellationToken);
        var quota = await db.ProjectQuotas.AsNoTracking().SingleOrDefaultAsync(q => q.ProjectId == access.ProjectId, cancellationToken);
        var members = withMembers ? await db.Members.AsNoTracking().ToListAsync(cancellationToken) : [];
        return new()
        {
            Name = access.Scope.Project!,
            Environments = environments.ToImmutableSortedDictionary(e => e.Name, e => new ProjectFile.Place(e.Protected, e.Approvals), StringComparer.Ordinal),
            Quota = quota is null ? null : new(quota.Apps, quota.Instances, quota.CpuMillis, quota.MemoryMebibytes),
            Members = [.. members.OrderBy(m => m.Role).ThenBy(m => m.Email, StringComparer.Ordinal).Select(m => new ProjectFile.Person(m.Email, m.Role))],
            Apps =
            [
                .. apps.Select(app => new ProjectFile.Declared(names[app.EnvironmentId], DeclarationJson.Read(app.Declaration) with { Metadata = new() { Name = app.Name } }))
                    .OrderBy(app => app.Name, StringComparer.Ordinal),
            ],
        };
    }
}
