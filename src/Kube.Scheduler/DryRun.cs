using Kube.Scheduler.Explain;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>Answers questions on a snapshot and leaves it as it was.</summary>
internal static class DryRun
{
    /// <summary>Places the question's pods, one after the other.</summary>
    public static IReadOnlyList<PlacementTrace> Ask(ClusterSnapshot snapshot, Placement placement, PlacementQuestion question)
    {
        var changed = question.AddedNodes.Select(n => n.Metadata.Name).Concat(question.RemovedNodes).Distinct(StringComparer.Ordinal).ToArray();
        var before = changed.Select(n => snapshot.TryGetIndex(n, out var i) ? snapshot.Facts[i] : null).ToArray();
        var placed = new List<string>();
        try
        {
            foreach (var node in question.AddedNodes)
            {
                snapshot.SetNode(NodeFacts.Of(node));
            }

            foreach (var node in question.RemovedNodes)
            {
                snapshot.RemoveNode(node);
            }

            var traces = new List<PlacementTrace>(question.Pods.Count);
            foreach (var pod in question.Pods)
            {
                var shape = new PodShape(pod);
                var trace = placement.Explain(shape);
                traces.Add(trace);
                if (trace.Node is not null)
                {
                    var uid = $"dry-run/{placed.Count}";
                    placed.Add(uid);
                    snapshot.PlacePod(uid, trace.Node, shape);
                }
            }

            return traces;
        }
        finally
        {
            placed.ForEach(uid => snapshot.RemovePod(uid));
            foreach (var (name, facts) in changed.Zip(before))
            {
                if (facts is null)
                {
                    snapshot.RemoveNode(name);
                }
                else
                {
                    snapshot.SetNode(facts);
                }
            }
        }
    }
}
