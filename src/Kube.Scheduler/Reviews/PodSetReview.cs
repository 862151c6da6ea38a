using k8s;
using k8s.Models;
using Kube.Machinery.Placement;
using Kube.Scheduler.Explain;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>Places the sets of an inquiry and keeps what it placed, so that the next set finds it there.</summary>
internal sealed class PodSetReview(ReviewedCluster cluster, PlacementInquiry inquiry)
{
    private readonly ClusterSnapshot _snapshot = cluster.Snapshot;
    private int _number;

    /// <summary>Answers about one set.</summary>
    public PlacementPodSetStatus Answer(PodsToPlace set)
    {
        var status = new PlacementPodSetStatus { Name = set.Name, Namespace = set.Pod.Metadata.NamespaceProperty ?? "", Replicas = set.Replicas };
        if (set.Exists)
        {
            Explain(set.Pod, status);
        }
        else
        {
            Place(set, status);
        }

        status.Fits = status.Fitting >= status.Replicas;
        status.Summary = ReviewWords.Summary(status, set.Exists);
        return status;
    }

    // Itself taken off, so that its own node is judged as it was before.
    private void Explain(V1Pod pod, PlacementPodSetStatus status)
    {
        var uid = pod.Metadata.Uid;
        var placed = _snapshot.RemovePod(uid);
        var nominated = placed is null ? _snapshot.RemovePod($"nominated/{uid}") : null;
        var shape = new PodShape(pod);
        var trace = cluster.Placement.Explain(shape);
        if ((placed?.Node ?? trace.Node) is { } node)
        {
            status.Nodes = [node];
            status.Fitting = 1;
            _snapshot.PlacePod(uid, node, shape, pod);
        }
        else if (nominated is not null)
        {
            _snapshot.PlacePod(nominated.Uid, nominated.Node, nominated.Shape);
        }

        if (cluster.Waiting.FirstOrDefault(w => w.Pod.Metadata.Uid == uid) is { } waiting)
        {
            status.Decision = new PlacementDecision { Time = waiting.TriedAt?.UtcDateTime, Message = waiting.Message, NominatedNode = waiting.NominatedNode, Alike = waiting.Alike };
        }

        Tell(trace, status, refused: status.Fitting == 0);
    }

    private void Place(PodsToPlace set, PlacementPodSetStatus status)
    {
        var pod = Owned(set);
        var shape = new PodShape(pod);
        var present = new Queue<PlacedPod>(cluster.PodsOf(set.Owners).ToArray());
        status.Nodes = set.Replaces ? [] : [.. present.Select(p => p.Node)];
        status.Fitting = set.Replaces ? 0 : Math.Min(present.Count, set.Replicas);
        if (!set.Replaces && present.Count >= set.Replicas)
        {
            status.Nodes = [.. status.Nodes.Take(set.Replicas)];
            return;
        }

        var mayGo = set.MaxUnavailable;
        PlacementTrace? first = null;
        while (status.Fitting < set.Replicas)
        {
            first ??= cluster.Placement.Explain(shape);
            if (cluster.Placement.Choose(shape) is { } node)
            {
                _snapshot.PlacePod(FormattableString.Invariant($"review/{_number++}"), node, shape, pod);
                status.Nodes.Add(node);
                status.Fitting++;
                if (set.Replaces && present.TryDequeue(out var old))
                {
                    _snapshot.RemovePod(old.Uid);
                }

                continue;
            }

            if (set.Replaces && mayGo > 0 && present.TryDequeue(out var early))
            {
                // The old pod makes room before the new one is there.
                mayGo--;
                _snapshot.RemovePod(early.Uid);
                continue;
            }

            Tell(cluster.Placement.Explain(shape), status, refused: true);
            return;
        }

        // What is left of the old ones goes when the last new one is there.
        while (set.Replaces && present.TryDequeue(out var last))
        {
            _snapshot.RemovePod(last.Uid);
        }

        if (first is not null)
        {
            Tell(first, status, refused: false);
        }
    }

    // Pods of one controller are spread over the nodes, so the set needs one.
    private static V1Pod Owned(PodsToPlace set)
    {
        if (ReviewedCluster.Controller(set.Pod) is not null)
        {
            return set.Pod;
        }

        var pod = KubernetesJson.Deserialize<V1Pod>(KubernetesJson.Serialize(set.Pod));
        pod.Metadata.OwnerReferences = [new V1OwnerReference { ApiVersion = PlacementApi.Group, Kind = "Review", Name = set.Name, Uid = $"review/{set.Name}", Controller = true }];
        return pod;
    }

    private void Tell(PlacementTrace trace, PlacementPodSetStatus status, bool refused)
    {
        if (refused)
        {
            status.Reason = trace.Describe();
            status.Advice = trace.Advice?.Summary;
            status.Fixes = trace.Advice?.Fixes.ToList();
        }

        var ordered = trace.Nodes.OrderByDescending(v => v.RefusedBy is null).ThenByDescending(v => v.Scores.Values.Sum()).ThenBy(v => v.Node, StringComparer.Ordinal);
        status.Verdicts = [.. ordered.Take(inquiry.NodeLimit).Select(Verdict)];
        status.VerdictsLeftOut = trace.Nodes.Count > inquiry.NodeLimit ? trace.Nodes.Count - inquiry.NodeLimit : null;
    }

    private PlacementVerdict Verdict(NodeVerdict verdict) => verdict.RefusedBy is null
        ? new PlacementVerdict
        {
            Node = verdict.Node,
            Fits = true,
            // Scores tell how full a node is with other tenants' pods; the order alone does not.
            Score = inquiry.Namespace is null ? Rounded(verdict.Scores.Values.Sum()) : null,
            Scores = inquiry.Namespace is null ? verdict.Scores.ToDictionary(s => s.Key, s => Rounded(s.Value), StringComparer.Ordinal) : null,
        }
        : new PlacementVerdict { Node = verdict.Node, RefusedBy = verdict.RefusedBy, Reasons = [.. verdict.Reasons] };

    private static double Rounded(float score) => Math.Round(score, 2);
}
