using k8s.Models;
using Kube.Machinery.Placement;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>Answers an inquiry on a cluster of its own, in the order things would happen: nodes change, their pods move, waiting pods get a place, then the pods asked about.</summary>
internal sealed class PlacementReviewer(ReviewedCluster cluster, PlacementInquiry inquiry)
{
    private readonly Dictionary<string, ReviewedNode> _removed = new(StringComparer.Ordinal);

    /// <summary>Answers. Call it once: the cluster is another afterwards.</summary>
    public PlacementReviewStatus Answer()
    {
        foreach (var node in inquiry.AddedNodes)
        {
            cluster.Snapshot.SetNode(NodeFacts.Of(node));
        }

        var moved = Move();
        var pending = Wait();
        var sets = new PodSetReview(cluster, inquiry);
        var pods = inquiry.Pods.Select(sets.Answer).ToList();
        var losses = inquiry.EachNode ? new NodeLosses(cluster, inquiry.Namespace).Each() : null;
        var status = new PlacementReviewStatus
        {
            NodeCount = cluster.Snapshot.NodeCount,
            Pods = inquiry.Pods.Count > 0 ? pods : null,
            Moved = inquiry.RemovedNodes.Count > 0 ? moved : null,
            Pending = pending,
            Losses = losses,
            Fits = pods.TrueForAll(p => p.Fits) && moved.TrueForAll(m => m.To is not null) && losses?.All(l => l.Fits) != false,
        };
        status.Summary = ReviewWords.Summary(status, inquiry);
        return status;
    }

    // All nodes go first: a pod of one does not move to the next.
    private List<PlacementMove> Move()
    {
        foreach (var name in inquiry.RemovedNodes.Distinct(StringComparer.Ordinal))
        {
            if (ReviewedNode.Remove(cluster.Snapshot, name) is { } removed)
            {
                _removed[name] = removed;
            }
        }

        var moves = new List<PlacementMove>();
        foreach (var pod in _removed.Values.SelectMany(n => n.Moving).OrderByDescending(p => p.Shape.Priority))
        {
            var move = Moves.Of(pod.Pod!, pod.Node, cluster, pod.Shape.Twin(), pod.Uid);
            if (IsTold(pod.Pod!))
            {
                moves.Add(move);
            }
        }

        return moves;
    }

    private List<PlacementMove>? Wait()
    {
        if (!inquiry.Pending && inquiry.AddedNodes.Count == 0 && inquiry.RemovedNodes.Count == 0)
        {
            return null;
        }

        var explained = inquiry.Pods.Where(p => p.Exists).Select(p => p.Pod.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        var told = new List<PlacementMove>();

        // A workload asked about is answered about as a whole, its waiting pods among it.
        var asked = inquiry.Pods.SelectMany(p => p.Owners).ToHashSet(StringComparer.Ordinal);
        foreach (var waiting in cluster.Waiting.Where(w => !explained.Contains(w.Pod.Metadata.Uid) && !asked.Contains(ReviewedCluster.Controller(w.Pod)?.Uid ?? "")))
        {
            var move = Moves.Of(waiting.Pod, null, cluster, new PodShape(waiting.Pod), waiting.Pod.Metadata.Uid);
            if (IsTold(waiting.Pod))
            {
                told.Add(move);
            }
        }

        return inquiry.Pending ? told : null;
    }

    private bool IsTold(V1Pod pod) => inquiry.Namespace is null || pod.Metadata.NamespaceProperty == inquiry.Namespace;
}
