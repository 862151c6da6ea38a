using Kube.Machinery.Placement;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>Loses each node in turn, all others being there.</summary>
internal sealed class NodeLosses(ReviewedCluster cluster, string? ns)
{
    private readonly ClusterSnapshot _snapshot = cluster.Snapshot;

    /// <summary>What each loss would do, the worst first.</summary>
    public IList<PlacementLoss> Each()
    {
        var running = Count(_snapshot.Placed);
        var names = _snapshot.Facts.Where(f => f is not null).Select(f => f!.Name).Order(StringComparer.Ordinal).ToArray();
        return [.. names.Select(name => Lose(name, running)).OfType<PlacementLoss>().OrderByDescending(l => l.Unplaced?.Count ?? 0).ThenByDescending(l => l.Down?.Count ?? 0)];
    }

    private PlacementLoss? Lose(string name, Dictionary<string, int> running)
    {
        if (ReviewedNode.Remove(_snapshot, name) is not { } lost)
        {
            return null;
        }

        var moving = lost.Moving.OrderByDescending(p => p.Shape.Priority).ToArray();
        var unplaced = new List<PlacementMove>();
        var told = 0;
        try
        {
            foreach (var pod in moving)
            {
                var move = Moves.Of(pod.Pod!, name, cluster, pod.Shape, pod.Uid);
                if (!IsTold(pod))
                {
                    continue;
                }

                told++;
                if (move.To is null)
                {
                    unplaced.Add(move);
                }
            }
        }
        finally
        {
            Array.ForEach(moving, p => _snapshot.RemovePod(p.Uid));
            lost.Restore(_snapshot);
        }

        var here = Count(moving);
        var down = moving.Where(IsTold).Select(p => (Pod: p, Owner: ReviewedCluster.Controller(p.Pod)))
            .Where(p => p.Owner is not null && here[p.Owner.Uid] == running[p.Owner.Uid])
            .Select(p => $"{p.Pod.Shape.Namespace}/{p.Owner!.Kind}/{p.Owner.Name}").Distinct(StringComparer.Ordinal).ToList();
        return new PlacementLoss
        {
            Node = name,
            Fits = unplaced.Count == 0,
            Pods = told,
            Unplaced = unplaced.Count > 0 ? unplaced : null,
            Down = down.Count > 0 ? down : null,
        };
    }

    private bool IsTold(PlacedPod pod) => ns is null || pod.Shape.Namespace == ns;

    private static Dictionary<string, int> Count(IEnumerable<PlacedPod> pods)
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (ReviewedCluster.Controller(pod.Pod) is { } owner && !pod.Shape.IsTerminating)
            {
                count[owner.Uid] = count.GetValueOrDefault(owner.Uid) + 1;
            }
        }

        return count;
    }
}
