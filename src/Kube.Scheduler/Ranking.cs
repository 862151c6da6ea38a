using Kube.Scheduler.Filters;
using Kube.Scheduler.Scores;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>
/// All nodes ranked for the pods of one shape: a score a node, and a tournament tree over them. Placing a pod changes one node,
/// so the next pod of the shape costs one new score and one path of the tree instead of a look at every node.
/// </summary>
/// <param name="shape">The shape.</param>
/// <param name="constraints">Its constraints.</param>
/// <param name="owner">Whose pods lower a node's score; an empty string ranks for every owner that has none there.</param>
internal sealed class Ranking(PodShape shape, ConstraintClass constraints, string owner)
{
    private const float Refused = float.NegativeInfinity;
    private float[] _scores = [];
    private int[] _tree = [];
    private float[]? _images;
    private int _leaves;
    private long _seen = -1;

    /// <summary>Last use, for eviction.</summary>
    public long UsedAt { get; set; }

    /// <summary>The best node at the snapshot's current state, or -1 when every node refuses.</summary>
    public int Best(ClusterSnapshot snapshot)
    {
        Follow(snapshot);
        if (_leaves == 0)
        {
            return -1;
        }

        var best = _tree[1];
        return float.IsNegativeInfinity(_scores[best]) ? -1 : best;
    }

    /// <summary>The best of the nodes that hold no pods of an owner, and its score; -1 and negative infinity when there is none.</summary>
    public (int Node, float Score) BestExcept(ClusterSnapshot snapshot, Dictionary<int, int> owned)
    {
        Follow(snapshot);
        var best = (Node: -1, Score: Refused);
        if (_leaves > 0)
        {
            Search(1, owned, ref best);
        }

        return best;
    }

    // Left before right and only what is strictly better: the lower slot wins a tie here as well.
    private void Search(int at, Dictionary<int, int> owned, ref (int Node, float Score) best)
    {
        var winner = _tree[at];
        if (_scores[winner] <= best.Score)
        {
            return;
        }

        if (!owned.ContainsKey(winner))
        {
            best = (winner, _scores[winner]);
        }
        else if (at < _leaves)
        {
            Search(2 * at, owned, ref best);
            Search((2 * at) + 1, owned, ref best);
        }
    }

    /// <summary>The score of a node at the snapshot's current state; negative infinity when it is refused.</summary>
    public static float Evaluate(ClusterSnapshot s, int node, PodShape shape, ConstraintClass constraints, int ofOwner, float[]? images)
    {
        if (s.Facts[node] is null || !Capacity.Fits(s, node, shape))
        {
            return Refused;
        }

        var (refused, preference) = constraints.Ask(s, node);
        if (refused != Filter.None || !Capacity.PortsFree(s, node, shape))
        {
            return Refused;
        }

        var score = UseScore.Of(s, node, shape, ofOwner) + preference;
        return images is null ? score : score + images[node];
    }

    private void Follow(ClusterSnapshot s)
    {
        var images = s.Images.Column(shape, s.NodeCount, s.Facts.Length);
        if (_seen == s.Changes && ReferenceEquals(images, _images))
        {
            return;
        }

        var behind = s.Changes - _seen;
        var changed = _seen >= 0 && s.Facts.Length == _leaves && ReferenceEquals(images, _images) && behind < s.Slots / 4 ? s.ChangedSince(_seen) : null;
        _images = images;
        if (changed is null)
        {
            Rebuild(s);
        }
        else
        {
            var owned = s.OwnerCounts(owner);
            foreach (var node in changed)
            {
                Update(node, Evaluate(s, node, shape, constraints, owned?.GetValueOrDefault(node) ?? 0, images));
            }
        }

        _seen = s.Changes;
    }

    private void Rebuild(ClusterSnapshot s)
    {
        // Columns have a power of two as their length: as many leaves.
        if (s.Facts.Length != _leaves)
        {
            _leaves = s.Facts.Length;
            _scores = new float[_leaves];
            Array.Fill(_scores, Refused);
            _tree = new int[2 * _leaves];
            for (var i = 0; i < _leaves; i++)
            {
                _tree[_leaves + i] = i;
            }
        }

        NodeScan.Fill(s, shape, constraints, s.Owner(owner), _images, _scores);
        for (var at = _leaves - 1; at >= 1; at--)
        {
            _tree[at] = Better(_tree[2 * at], _tree[(2 * at) + 1]);
        }
    }

    private void Update(int node, float score)
    {
        if (_scores[node] == score)
        {
            return;
        }

        _scores[node] = score;
        for (var at = (_leaves + node) / 2; at >= 1; at /= 2)
        {
            _tree[at] = Better(_tree[2 * at], _tree[(2 * at) + 1]);
        }
    }

    // The lower slot wins a tie: the same input always gives the same answer.
    private int Better(int left, int right) => _scores[right] > _scores[left] ? right : left;
}
