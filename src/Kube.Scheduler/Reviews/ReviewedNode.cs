using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>A node taken out of a reviewed cluster, so that it can be put back.</summary>
/// <param name="Facts">The node.</param>
/// <param name="Pods">All its pods.</param>
internal sealed record ReviewedNode(NodeFacts Facts, IReadOnlyList<PlacedPod> Pods)
{
    /// <summary>The pods that are recreated elsewhere, those that nothing recreates among them; not the node's own.</summary>
    public IEnumerable<PlacedPod> Moving => Pods.Where(p => p.Pod is not null && !p.Shape.IsTerminating && !ReviewedCluster.IsOfItsNode(p.Pod));

    /// <summary>Takes a node out with its pods; null when there is no such node.</summary>
    public static ReviewedNode? Remove(ClusterSnapshot snapshot, string name)
    {
        if (!snapshot.TryGetIndex(name, out var index))
        {
            return null;
        }

        var removed = new ReviewedNode(snapshot.Facts[index]!, [.. snapshot.PodsOn(name)]);
        foreach (var pod in removed.Pods)
        {
            snapshot.RemovePod(pod.Uid);
        }

        snapshot.RemoveNode(name);
        return removed;
    }

    /// <summary>Puts the node back with its pods.</summary>
    public void Restore(ClusterSnapshot snapshot)
    {
        snapshot.SetNode(Facts);
        foreach (var pod in Pods)
        {
            snapshot.PlacePod(pod.Uid, pod.Node, pod.Shape, pod.Pod);
        }
    }
}
