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

    /// <summary>The filter that refuses the node, or none, and the fixed part of the score.</summary>
    public (Filter Refused, float Score) Ask(ClusterSnapshot snapshot, int node)
    {
        if (_version.Length < snapshot.Facts.Length)
        {
            Array.Resize(ref _version, snapshot.Facts.Length);
            Array.Resize(ref _refused, snapshot.Facts.Length);
            Array.Resize(ref _score, snapshot.Facts.Length);
        }

        if (_version[node] != snapshot.FactsVersion[node])
        {
            var facts = snapshot.Facts[node]!;
            _refused[node] = Refuse(facts, _shape, out _);
            _score[node] = PreferenceScore.Of(facts, _shape);
            _version[node] = snapshot.FactsVersion[node];
        }

        return (_refused[node], _score[node]);
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
