using k8s.Models;

namespace Kube.Controllers.DaemonSets;

/// <summary>What a daemon set needs now; the pure part of its controller.</summary>
/// <param name="Create">Nodes that need a pod of the newest template.</param>
/// <param name="Delete">Pods that have to go.</param>
/// <param name="Status">The numbers of the status.</param>
/// <param name="LookAgain">When the next pod becomes available by the passing of time alone.</param>
internal sealed record DaemonSetPlan(IReadOnlyList<string> Create, IReadOnlyList<V1Pod> Delete, DaemonSetCounts Status, TimeSpan? LookAgain)
{
    /// <summary>Compares what is with what should be.</summary>
    /// <param name="set">The daemon set.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="pods">The pods it controls.</param>
    /// <param name="hash">Hash of the newest template, the revision of its pods.</param>
    /// <param name="now">The time.</param>
    public static DaemonSetPlan Of(V1DaemonSet set, IEnumerable<V1Node> nodes, IEnumerable<V1Pod> pods, string hash, DateTimeOffset now)
    {
        var minReady = TimeSpan.FromSeconds(set.Spec.MinReadySeconds ?? 0);
        var byNode = pods.GroupBy(p => DaemonNodes.NodeOf(p) ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => Oldest(g), StringComparer.Ordinal);
        var fits = nodes.Select(n => (n.Metadata.Name, Fit: DaemonNodes.Fit(set.Spec.Template.Spec, n))).OrderBy(n => n.Name, StringComparer.Ordinal).ToArray();
        var status = DaemonSetCounts.Of(fits, byNode, hash, minReady, now);
        var again = byNode.Values.SelectMany(p => p)
            .Where(p => p.IsReady() && !p.IsAvailable(minReady, now) && p.Condition("Ready")?.LastTransitionTime is not null)
            .Select(p => (TimeSpan?)(new DateTimeOffset(p.Condition("Ready")!.LastTransitionTime!.Value.ToUniversalTime()) + minReady - now))
            .Min();
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return new DaemonSetPlan([], [], status, null);
        }

        var create = new List<string>();
        var delete = new List<V1Pod>();
        var rollout = new DaemonRollout(set, status.Desired, hash, minReady, now);
        foreach (var (name, fit) in fits)
        {
            var here = byNode.GetValueOrDefault(name) ?? [];
            if (here.Length == 0)
            {
                if (fit.ShouldRun)
                {
                    create.Add(name);
                    rollout.Missing();
                }
            }
            else if (!fit.MayStay)
            {
                delete.AddRange(here.Where(IsStaying));
            }
            else
            {
                // Ended pods make room for new ones once they are gone.
                delete.AddRange(here.Where(p => p.HasEnded() && IsStaying(p)));
                rollout.Add(name, here.Where(p => !p.HasEnded()).ToArray(), fit.ShouldRun);
            }
        }

        // Pods whose node is gone belong to the garbage collector of pods.
        var (created, deleted) = rollout.Decide();
        create.AddRange(created);
        delete.AddRange(deleted);
        return new DaemonSetPlan(create, [.. delete.Distinct()], status, again);
    }

    private static bool IsStaying(V1Pod pod) => pod.Metadata.DeletionTimestamp is null;

    private static V1Pod[] Oldest(IEnumerable<V1Pod> pods) => [.. pods.OrderBy(p => p.Metadata.CreationTimestamp ?? DateTime.MaxValue).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)];
}
