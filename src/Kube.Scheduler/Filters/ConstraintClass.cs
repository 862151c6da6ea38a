using k8s.Models;
using Kube.Scheduler.Scores;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Filters;

/// <summary>
/// For all pods with the same constraints: which filter refuses a node whatever is used there, and the part of the score that does not
/// depend on use. Computed when first asked for and again when the node's facts change.
/// </summary>
internal sealed class ConstraintClass(PodShape shape)
{
    private readonly PodShape _shape = shape;
    private int[] _version = [];
    private Filter[] _refused = [];
    private float[] _score = [];
    private long _seen = -1;

    /// <summary>The fixed part of every slot's score; negative infinity where the node is refused or there is none.</summary>
    public float[] Column(ClusterSnapshot snapshot)
    {
        if (_seen == snapshot.FactsChanges && _score.Length == snapshot.Facts.Length)
        {
            return _score;
        }

        Grow(snapshot);
        for (var node = 0; node < _score.Length; node++)
        {
            if (_version[node] != snapshot.FactsVersion[node])
            {
                Learn(snapshot, node);
            }
        }

        _seen = snapshot.FactsChanges;
        return _score;
    }

    /// <summary>The filter that refuses the node, or none, and the fixed part of the score.</summary>
    public (Filter Refused, float Score) Ask(ClusterSnapshot snapshot, int node)
    {
        Grow(snapshot);
        if (_version[node] != snapshot.FactsVersion[node])
        {
            Learn(snapshot, node);
        }

        return (_refused[node], _score[node]);
    }

    private void Grow(ClusterSnapshot snapshot)
    {
        var before = _score.Length;
        if (before < snapshot.Facts.Length)
        {
            Array.Resize(ref _version, snapshot.Facts.Length);
            Array.Resize(ref _refused, snapshot.Facts.Length);
            Array.Resize(ref _score, snapshot.Facts.Length);
            _score.AsSpan(before).Fill(float.NegativeInfinity);
        }
    }

    private void Learn(ClusterSnapshot snapshot, int node)
    {
        if (snapshot.Facts[node] is { } facts)
        {
            _refused[node] = Refuse(facts, _shape, out _);
            _score[node] = _refused[node] == Filter.None ? PreferenceScore.Of(facts, _shape) : float.NegativeInfinity;
        }
        else
        {
            _score[node] = float.NegativeInfinity;
        }

        _version[node] = snapshot.FactsVersion[node];
    }

    /// <summary>Asks the filters that look at facts alone.</summary>
    /// <param name="facts">The node.</param>
    /// <param name="shape">The pod.</param>
    /// <param name="taint">The taint that refused.</param>
    public static Filter Refuse(NodeFacts facts, PodShape shape, out V1Taint? taint)
    {
        taint = null;
        if (facts.Unschedulable && !TaintToleration.Tolerates(shape.Tolerations, TaintToleration.Cordoned))
        {
            return Filter.NodeUnschedulable;
        }

        taint = TaintToleration.FirstUntolerated(facts.Taints, shape.Tolerations);
        if (taint is not null)
        {
            return Filter.TaintToleration;
        }

        return NodeAffinity.Suits(facts, shape) ? Filter.None : Filter.NodeAffinity;
    }
}
