using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Volumes;

/// <summary>Keeps a volume's identity: the claim it got when it was first declared is its claim over every release, rollback and new declaration.</summary>
internal sealed class VolumeClaims(PortalCoreOptions options, TimeProvider clock)
{
    /// <summary>Makes the rows follow a spec: new volumes get a claim, those no longer declared are kept for a period.</summary>
    public async Task<Error?> SetAsync(PortalDbContext db, AppRow app, AppSpec spec, CancellationToken cancellationToken)
    {
        var rows = await Of(db, app.EnvironmentId, app.Workload).ToDictionaryAsync(v => v.Name, StringComparer.Ordinal, cancellationToken);
        foreach (var (name, volume) in spec.Volumes)
        {
            if (rows.TryGetValue(name, out var row))
            {
                if (row.Size != volume.Size) return SizeFault(name, row.Size);
                row.KeptUntil = null;
                continue;
            }

            var id = Guid.CreateVersion7();
            db.Volumes.Add(new()
            {
                Id = id,
                TeamId = app.TeamId,
                EnvironmentId = app.EnvironmentId,
                App = app.Workload,
                Name = name,
                Size = volume.Size,
                Claim = ObjectNames.Claim(app.Workload, name, id.ToString("N")[^8..]),
                CreatedAt = clock.GetUtcNow(),
            });
        }

        foreach (var row in rows.Values.Where(row => !spec.Volumes.ContainsKey(row.Name))) row.KeptUntil ??= clock.GetUtcNow() + options.VolumeRetention;
        return null;
    }

    /// <summary>Begins the period for which the volumes of an app that is gone are kept.</summary>
    public async Task KeepAsync(PortalDbContext db, AppRow app, CancellationToken cancellationToken)
    {
        DateTimeOffset? until = clock.GetUtcNow() + options.VolumeRetention;
        await Of(db, app.EnvironmentId, app.Workload).Where(v => v.KeptUntil == null).ExecuteUpdateAsync(set => set.SetProperty(v => v.KeptUntil, until), cancellationToken);
    }

    /// <summary>By name of a volume, its claim; a volume that is not stored yet is not named.</summary>
    public static async Task<ImmutableSortedDictionary<string, string>> ClaimsAsync(PortalDbContext db, Guid environment, string workload, CancellationToken cancellationToken) =>
        (await Of(db, environment, workload).AsNoTracking().Select(v => new { v.Name, v.Claim }).ToListAsync(cancellationToken))
            .ToImmutableSortedDictionary(v => v.Name, v => v.Claim, StringComparer.Ordinal);

    /// <summary>An error when a volume of the spec exists with another size.</summary>
    public static async Task<Error?> CheckAsync(PortalDbContext db, Guid environment, string workload, AppSpec spec, CancellationToken cancellationToken)
    {
        var sizes = await Of(db, environment, workload).AsNoTracking().Select(v => new { v.Name, v.Size }).ToListAsync(cancellationToken);
        return sizes.FirstOrDefault(v => spec.Volumes.TryGetValue(v.Name, out var wish) && wish.Size != v.Size) is { } other ? SizeFault(other.Name, other.Size) : null;
    }

    private static Error SizeFault(string name, string size) =>
        Error.Invalid($"spec.volumes.{name}.size", $"The volume exists with {size}, which cannot change; declare another volume and move the data.");

    private static IQueryable<VolumeRow> Of(PortalDbContext db, Guid environment, string workload) => db.Volumes.Where(v => v.EnvironmentId == environment && v.App == workload);
}
