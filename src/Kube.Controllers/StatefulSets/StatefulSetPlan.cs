using k8s.Models;
using Kube.Controllers.Revisions;

namespace Kube.Controllers.StatefulSets;

/// <summary>What a stateful set needs now; the pure part of its controller.</summary>
/// <param name="Create">Ordinals whose pod is missing and may be made now, with the name of the revision it gets.</param>
/// <param name="Delete">Pods that have to go now.</param>
/// <param name="Condemned">Of these, those beyond the wanted number.</param>
/// <param name="Status">The numbers of the status.</param>
/// <param name="LookAgain">When the next pod becomes available by the passing of time alone.</param>
internal sealed record StatefulSetPlan(
    IReadOnlyList<(int Ordinal, string Revision)> Create,
    IReadOnlyList<V1Pod> Delete,
    IReadOnlyList<V1Pod> Condemned,
    StatefulSetCounts Status,
    TimeSpan? LookAgain)
{
    /// <summary>Compares what is with what should be.</summary>
    /// <param name="set">The stateful set.</param>
    /// <param name="pods">The pods it controls; one an ordinal, because names are unique.</param>
    /// <param name="current">Name of the revision that was rolled out last.</param>
    /// <param name="update">Name of the revision of its template.</param>
    /// <param name="now">The time.</param>
    public static StatefulSetPlan Of(V1StatefulSet set, IReadOnlyCollection<V1Pod> pods, string current, string update, DateTimeOffset now)
    {
        var minReady = TimeSpan.FromSeconds(set.Spec.MinReadySeconds ?? 0);
        var status = StatefulSetCounts.Of(set, pods, current, update, minReady, now);
        var again = pods.Where(p => p.IsReady() && !p.IsAvailable(minReady, now) && p.Condition("Ready")?.LastTransitionTime is not null)
            .Select(p => (TimeSpan?)(new DateTimeOffset(p.Condition("Ready")!.LastTransitionTime!.Value.ToUniversalTime()) + minReady - now))
            .Min();
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return new StatefulSetPlan([], [], [], status, null);
        }

        var start = Identity.Start(set);
        var end = start + (set.Spec.Replicas ?? 1);
        var members = pods.Where(p => Identity.Ordinal(set.Metadata.Name, p.Metadata.Name) is not null).ToDictionary(p => Identity.Ordinal(set.Metadata.Name, p.Metadata.Name)!.Value);
        var create = new List<(int, string)>();
        var delete = new List<V1Pod>();
        var ordered = set.Spec.PodManagementPolicy != "Parallel";
        StatefulSetPlan Made(IReadOnlyList<V1Pod>? condemned = null) => new(create, delete, condemned ?? [], status, again);

        bool Settled(V1Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase == "Running" && pod.IsAvailable(minReady, now);

        // The wanted ones, in order. The ordered policy goes on only past pods that are available.
        for (var ordinal = start; ordinal < end; ordinal++)
        {
            if (!members.TryGetValue(ordinal, out var pod))
            {
                create.Add((ordinal, RevisionOf(set, ordinal, start, current, update)));
                if (ordered)
                {
                    return Made();
                }
            }
            else if (pod.HasEnded() && pod.Metadata.DeletionTimestamp is null)
            {
                delete.Add(pod);
                if (ordered)
                {
                    return Made();
                }
            }
            else if (ordered && !Settled(pod))
            {
                return Made();
            }
        }

        // Those beyond, last first. In order, one that is not healthy is waited for, unless it is the first of all that are not.
        var beyond = members.Where(m => m.Key < start || m.Key >= end).OrderByDescending(m => m.Key).Select(m => m.Value).ToArray();
        if (beyond.Length > 0)
        {
            var sick = members.Where(m => !Settled(m.Value)).OrderBy(m => m.Key).Select(m => m.Value).FirstOrDefault();
            V1Pod[] condemned = ordered ? (Settled(beyond[0]) || beyond[0] == sick ? beyond[..1] : []) : beyond;
            condemned = [.. condemned.Where(p => p.Metadata.DeletionTimestamp is null)];
            delete.AddRange(condemned);
            if (ordered || condemned.Length > 0)
            {
                return Made(condemned);
            }
        }

        // The update, last ordinal first, one pod at a time.
        if (set.Spec.UpdateStrategy?.Type == "OnDelete")
        {
            return Made();
        }

        for (var ordinal = end - 1; ordinal >= start + Partition(set); ordinal--)
        {
            if (!members.TryGetValue(ordinal, out var pod) || delete.Contains(pod))
            {
                return Made();
            }

            if (TemplateRevision.Of(pod) != update && pod.Metadata.DeletionTimestamp is null)
            {
                delete.Add(pod);
                return Made();
            }

            if (!Settled(pod))
            {
                return Made();
            }
        }

        return Made();
    }

    /// <summary>Ordinals below the partition stay with the revision that was rolled out before.</summary>
    private static string RevisionOf(V1StatefulSet set, int ordinal, int start, string current, string update) =>
        set.Spec.UpdateStrategy?.Type != "OnDelete" && ordinal < start + Partition(set) ? current : update;

    private static int Partition(V1StatefulSet set) => set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
}
