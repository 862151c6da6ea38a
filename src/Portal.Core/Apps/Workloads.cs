using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Apps;

/// <summary>What the objects of apps are called after. It is the app's name, unless an app of another name already has it from before it was renamed.</summary>
internal static class Workloads
{
    private const int MaxStem = 25;

    /// <summary>The workload of a new app; the same answer for a plan and for what carries it out.</summary>
    public static async Task<string> ForNewAsync(PortalDbContext db, Guid environment, string name, CancellationToken cancellationToken)
    {
        var taken = (await db.Apps.AsNoTracking().Where(a => a.EnvironmentId == environment).Select(a => a.Workload).ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var stem = (name.Length > MaxStem ? name[..MaxStem] : name).TrimEnd('-');
        var (workload, attempt) = (name, 0);
        while (taken.Contains(workload)) workload = $"{stem}-{Names.Digest($"{environment}/{name}/{attempt++}")[..4]}";
        return workload;
    }

    /// <summary>By name, the workloads of apps of an environment. What is gone is not named.</summary>
    public static async Task<Dictionary<string, string>> OfAsync(PortalDbContext db, Guid environment, IEnumerable<string> apps, CancellationToken cancellationToken)
    {
        var names = apps.Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? [] : await db.Apps.AsNoTracking().Where(a => a.EnvironmentId == environment && names.Contains(a.Name)).ToDictionaryAsync(a => a.Name, a => a.Workload, StringComparer.Ordinal, cancellationToken);
    }
}
