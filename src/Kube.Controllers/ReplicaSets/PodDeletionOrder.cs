using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.ReplicaSets;

/// <summary>
/// Which pods go first when there are too many: unassigned, pending, not ready, cheap by annotation, crowded on one node, ready for the shortest
/// time, restarted most, newest (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset).
/// </summary>
internal static class PodDeletionOrder
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    public static IReadOnlyList<V1Pod> First(IReadOnlyCollection<V1Pod> pods, int count)
    {
        if (count >= pods.Count)
        {
            return [.. pods];
        }

        var crowd = pods.Where(p => !string.IsNullOrEmpty(p.Spec.NodeName)).CountBy(p => p.Spec.NodeName).ToDictionary();
        return
        [
            .. pods
                .OrderBy(p => !string.IsNullOrEmpty(p.Spec.NodeName))
                .ThenBy(p => p.Status?.Phase switch { "Running" => 2, "Unknown" => 1, _ => 0 })
                .ThenBy(p => p.IsReady())
                .ThenBy(Cost)
                .ThenByDescending(p => crowd.GetValueOrDefault(p.Spec.NodeName ?? ""))
                .ThenByDescending(p => p.Condition("Ready")?.LastTransitionTime ?? DateTime.MaxValue)
                .ThenByDescending(p => p.Status?.ContainerStatuses?.Max(c => (int?)c.RestartCount) ?? 0)
                .ThenByDescending(p => p.Metadata.CreationTimestamp ?? DateTime.MaxValue)
                .ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
                .Take(count),
        ];
    }

    private static int Cost(V1Pod pod) =>
        pod.Metadata.Annotations is { } notes && notes.TryGetValue(CostAnnotation, out var text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;
}
