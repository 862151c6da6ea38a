using k8s.Models;
using Kube.Controllers.Revisions;

namespace Kube.Controllers.DaemonSets;

/// <summary>The numbers in a daemon set's status, counted in nodes.</summary>
/// <param name="Desired">Nodes that should have a pod.</param>
/// <param name="Current">Of these, those that have one.</param>
/// <param name="Misscheduled">Nodes that have one and should not.</param>
/// <param name="Ready">Nodes that should have one and whose pod is ready.</param>
/// <param name="Available">Of these, those whose pod is ready for <c>minReadySeconds</c>.</param>
/// <param name="Updated">Nodes that should have one and have one of the newest template.</param>
internal sealed record DaemonSetCounts(int Desired, int Current, int Misscheduled, int Ready, int Available, int Updated)
{
    /// <summary>Counts.</summary>
    public static DaemonSetCounts Of(
        IEnumerable<(string Name, (bool ShouldRun, bool MayStay) Fit)> nodes, Dictionary<string, V1Pod[]> pods, string hash, TimeSpan minReady, DateTimeOffset now)
    {
        int desired = 0, current = 0, wrong = 0, ready = 0, available = 0, updated = 0;
        foreach (var (name, fit) in nodes)
        {
            var here = pods.GetValueOrDefault(name) ?? [];
            if (!fit.ShouldRun)
            {
                wrong += here.Length > 0 ? 1 : 0;
                continue;
            }

            desired++;
            if (here.Length == 0)
            {
                continue;
            }

            current++;
            var staying = here.Where(p => p.Metadata.DeletionTimestamp is null).ToArray();
            ready += staying.Any(p => p.IsReady()) ? 1 : 0;
            available += staying.Any(p => p.IsAvailable(minReady, now)) ? 1 : 0;
            updated += staying.Any(p => TemplateRevision.Of(p) == hash) ? 1 : 0;
        }

        return new DaemonSetCounts(desired, current, wrong, ready, available, updated);
    }
}
