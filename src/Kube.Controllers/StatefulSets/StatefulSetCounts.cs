using k8s.Models;
using Kube.Controllers.Revisions;

namespace Kube.Controllers.StatefulSets;

/// <summary>The numbers in a stateful set's status.</summary>
/// <param name="Replicas">Pods it controls.</param>
/// <param name="Ready">Of these, those that run and are ready.</param>
/// <param name="Available">Of these, those ready for <c>minReadySeconds</c>.</param>
/// <param name="Current">Pods of the current revision.</param>
/// <param name="Updated">Pods of the update revision.</param>
/// <param name="CurrentRevision">Name of the revision that was rolled out last.</param>
/// <param name="UpdateRevision">Name of the revision of the template.</param>
internal sealed record StatefulSetCounts(int Replicas, int Ready, int Available, int Current, int Updated, string CurrentRevision, string UpdateRevision)
{
    /// <summary>Counts, and calls an update complete when every wanted pod is of it and ready.</summary>
    public static StatefulSetCounts Of(V1StatefulSet set, IReadOnlyCollection<V1Pod> pods, string current, string update, TimeSpan minReady, DateTimeOffset now)
    {
        var running = pods.Where(p => p.Status?.Phase == "Running" && p.IsReady()).ToArray();
        var staying = pods.Where(p => p.Metadata.DeletionTimestamp is null).ToArray();
        var counts = new StatefulSetCounts(
            pods.Count,
            running.Length,
            running.Count(p => p.IsAvailable(minReady, now)),
            staying.Count(p => TemplateRevision.Of(p) == current),
            staying.Count(p => TemplateRevision.Of(p) == update),
            current,
            update);
        var complete = set.Spec.UpdateStrategy?.Type != "OnDelete"
            && counts.Updated == counts.Replicas && counts.Ready == counts.Replicas && counts.Replicas == (set.Spec.Replicas ?? 1);
        return complete ? counts with { Current = counts.Updated, CurrentRevision = update } : counts;
    }
}
