using k8s.Models;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>The cluster as a review sees and changes it: a copy of what the scheduler knew at one moment. Belongs to one review.</summary>
internal sealed class ReviewedCluster
{
    /// <summary>Works a capture through.</summary>
    public ReviewedCluster(ClusterCapture capture)
    {
        Snapshot = ClusterSnapshot.From(capture.Snapshot);
        Placement = new Placement(Snapshot);
        Waiting = [.. capture.Waiting.OrderByDescending(w => w.Pod.Spec.Priority ?? 0)];
    }

    public ClusterSnapshot Snapshot { get; }

    public Placement Placement { get; }

    /// <summary>The pods that want a node, in the order they would be tried.</summary>
    public IReadOnlyList<WaitingPod> Waiting { get; }

    /// <summary>The pods of a controller that have a node.</summary>
    public IEnumerable<PlacedPod> PodsOf(IReadOnlySet<string> owners) =>
        owners.Count == 0 ? [] : Snapshot.Placed.Where(p => Controller(p.Pod) is { } owner && owners.Contains(owner.Uid) && !p.Shape.IsTerminating);

    /// <summary>What recreates a pod; null when nothing does.</summary>
    public static V1OwnerReference? Controller(V1Pod? pod) => pod?.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    /// <summary>Whether a pod belongs to its node and goes with it: a DaemonSet's, or one the node itself made.</summary>
    public static bool IsOfItsNode(V1Pod? pod) => Controller(pod) is { Kind: "DaemonSet" or "Node" } || pod?.Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") == true;
}
