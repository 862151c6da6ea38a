using k8s.Models;

namespace Kube.Controllers.ReplicaSets;

/// <summary>What a replica set needs now; the pure part of its controller.</summary>
/// <param name="Adopt">Pods without a controller that match the selector.</param>
/// <param name="Release">Pods it controls that no longer match.</param>
/// <param name="Create">How many pods are missing.</param>
/// <param name="Delete">Pods too many, first to go first.</param>
/// <param name="Replicas">Active pods it controls after adoption.</param>
/// <param name="FullyLabeled">Of these, those with all labels of the template.</param>
/// <param name="Ready">Of these, those that are ready.</param>
/// <param name="Available">Of these, those ready for <c>minReadySeconds</c>.</param>
/// <param name="LookAgain">When the next pod becomes available by the passing of time alone.</param>
internal sealed record ReplicaSetPlan(
    IReadOnlyList<V1Pod> Adopt,
    IReadOnlyList<V1Pod> Release,
    int Create,
    IReadOnlyList<V1Pod> Delete,
    int Replicas,
    int FullyLabeled,
    int Ready,
    int Available,
    TimeSpan? LookAgain)
{
    /// <summary>Compares what is with what should be.</summary>
    /// <param name="set">The replica set.</param>
    /// <param name="owned">Pods whose controlling owner it is.</param>
    /// <param name="orphans">Pods of the namespace without a controlling owner.</param>
    /// <param name="creating">Pods created that the cache does not show yet.</param>
    /// <param name="deleting">UIDs of pods deleted that the cache still shows as active.</param>
    /// <param name="now">The time.</param>
    public static ReplicaSetPlan Of(V1ReplicaSet set, IEnumerable<V1Pod> owned, IEnumerable<V1Pod> orphans, int creating, IReadOnlySet<string> deleting, DateTimeOffset now)
    {
        var adopt = new List<V1Pod>();
        var release = new List<V1Pod>();
        var active = new List<V1Pod>();
        var alive = set.Metadata.DeletionTimestamp is null;
        foreach (var pod in owned)
        {
            if (!set.Spec.Selector.Matches(pod.Metadata))
            {
                release.Add(pod);
            }
            else if (pod.IsActive() && !deleting.Contains(pod.Metadata.Uid))
            {
                active.Add(pod);
            }
        }

        if (alive)
        {
            foreach (var pod in orphans)
            {
                if (pod.IsActive() && set.Spec.Selector.Matches(pod.Metadata))
                {
                    adopt.Add(pod);
                    active.Add(pod);
                }
            }
        }

        var wanted = set.Spec.Replicas ?? 1;
        var difference = alive ? wanted - active.Count - creating : 0;
        var delete = difference < 0 ? PodDeletionOrder.First(active, Math.Min(-difference, active.Count)) : [];
        var minReady = TimeSpan.FromSeconds(set.Spec.MinReadySeconds ?? 0);
        TimeSpan? again = null;
        int ready = 0, available = 0, labeled = 0;
        foreach (var pod in active)
        {
            labeled += HasTemplateLabels(set, pod) ? 1 : 0;
            if (!pod.IsReady())
            {
                continue;
            }

            ready++;
            if (pod.IsAvailable(minReady, now))
            {
                available++;
            }
            else if (pod.Condition("Ready")?.LastTransitionTime is { } since)
            {
                var left = new DateTimeOffset(since.ToUniversalTime()) + minReady - now;
                again = again is { } sooner && sooner < left ? sooner : left;
            }
        }

        return new ReplicaSetPlan(adopt, release, Math.Max(difference, 0), delete, active.Count, labeled, ready, available, again);
    }

    private static bool HasTemplateLabels(V1ReplicaSet set, V1Pod pod)
    {
        foreach (var (key, value) in set.Spec.Template?.Metadata?.Labels ?? new Dictionary<string, string>())
        {
            if (pod.Metadata.Labels is null || !pod.Metadata.Labels.TryGetValue(key, out var have) || have != value)
            {
                return false;
            }
        }

        return true;
    }
}
