using k8s.Models;
using Kube.Machinery.Placement;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>Places single pods of the cluster anew.</summary>
internal static class Moves
{
    private const string NothingRecreates = "no controller recreates it";

    /// <summary>Places a pod that has lost its node, or never had one, and tells of it.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="from">The node it had.</param>
    /// <param name="cluster">Changed when the pod gets a place.</param>
    /// <param name="shape">The pod's shape.</param>
    /// <param name="uid">Under which it is placed.</param>
    public static PlacementMove Of(V1Pod pod, string? from, ReviewedCluster cluster, PodShape shape, string uid)
    {
        var owner = ReviewedCluster.Controller(pod);
        var move = new PlacementMove
        {
            Namespace = pod.Metadata.NamespaceProperty ?? "",
            Pod = pod.Metadata.Name ?? "",
            Owner = owner is null ? null : $"{owner.Kind}/{owner.Name}",
            From = from,
        };
        if (from is not null && owner is null)
        {
            move.Reason = NothingRecreates;
            move.Fix = "Let a Deployment or another controller run it.";
            return move;
        }

        if (cluster.Placement.Choose(shape) is { } node)
        {
            cluster.Snapshot.PlacePod(uid, node, shape, pod);
            move.To = node;
            return move;
        }

        var trace = cluster.Placement.Explain(shape);
        move.Reason = trace.Describe();
        move.Fix = trace.Advice is { Fixes: [var fix, ..] } ? fix : null;
        return move;
    }
}
