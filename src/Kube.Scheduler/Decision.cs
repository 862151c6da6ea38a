using Kube.Scheduler.Explain;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Scores;
using Kube.Scheduler.Snapshot;
using Kube.Scheduler.Topology;
using Kube.Scheduler.Volumes;

namespace Kube.Scheduler;

/// <summary>One pod against every node of the snapshot as it is now. Holds until the snapshot changes.</summary>
internal sealed class Decision
{
    private readonly ClusterSnapshot _snapshot;
    private readonly PodShape _shape;
    private readonly ConstraintClass? _constraints;
    private readonly TopologyRules? _rules;
    private readonly VolumeRules? _volumes;
    private readonly float[]? _images;
    private float[]? _affinity;
    private float[]? _spread;

    /// <summary>Looks at what concerns the pod beyond single nodes.</summary>
    /// <param name="snapshot">The nodes.</param>
    /// <param name="shape">The pod.</param>
    /// <param name="constraints">Its constraints over all nodes; null when only single nodes will be asked.</param>
    public Decision(ClusterSnapshot snapshot, PodShape shape, ConstraintClass? constraints)
    {
        _snapshot = snapshot;
        _shape = shape;
        _constraints = constraints;
        _rules = TopologyRules.For(snapshot, shape);
        _volumes = snapshot.Volumes.RulesFor(shape);
        _images = snapshot.Images.Column(shape, snapshot.NodeCount, snapshot.Facts.Length);
    }

    /// <summary>Why the pod's volumes let it go nowhere; null when they do not.</summary>
    public string? RefusedEverywhere => _volumes?.Everywhere;

    /// <summary>The best node and its score; -1 when every node refuses.</summary>
    /// <param name="scores">Room for the scores, as long as the snapshot's columns.</param>
    public (int Node, float Score) Best(float[] scores)
    {
        if (_volumes?.Everywhere is not null)
        {
            return (-1, float.NegativeInfinity);
        }

        NodeScan.Fill(_snapshot, _shape, _constraints ?? new ConstraintClass(_shape), _snapshot.Owner(_shape.Owner), _images, scores);
        var slots = scores.AsSpan(0, _snapshot.Slots);
        if (_volumes is { Narrows: true })
        {
            for (var node = 0; node < slots.Length; node++)
            {
                if (!float.IsNegativeInfinity(slots[node]) && _volumes.Refuse(_snapshot.Facts[node]!) is not null)
                {
                    slots[node] = float.NegativeInfinity;
                }
            }
        }

        if (_rules is not null)
        {
            _rules.Apply(slots);
            _affinity = _rules.AffinityScores(slots);
            _spread = _rules.SpreadScores(slots);
            Add(_affinity, slots);
            Add(_spread, slots);
        }

        return NodeScan.Best(scores, _snapshot.Slots);
    }

    /// <summary>Asks every filter in turn, for one node.</summary>
    public Refusal Refuse(int node)
    {
        if (_snapshot.Facts[node] is not { } facts)
        {
            return new Refusal(Filter.NodeAffinity, "node(s) are gone");
        }

        if (_volumes?.Everywhere is { } everywhere)
        {
            return new Refusal(Filter.VolumeBinding, everywhere);
        }

        var refused = _constraints?.Ask(_snapshot, node).Refused ?? ConstraintClass.Refuse(facts, _shape, out _);
        if (refused != Filter.None)
        {
            return new Refusal(refused, ReasonOf(refused, facts));
        }

        if (!Capacity.PortsFree(_snapshot, node, _shape))
        {
            return new Refusal(Filter.NodePorts, "node(s) didn't have free ports for the requested pod ports");
        }

        if (!Capacity.Fits(_snapshot, node, _shape))
        {
            return new Refusal(Filter.NodeResources, null);
        }

        if (_volumes?.Refuse(facts) is { } conflict)
        {
            return new Refusal(Filter.VolumeBinding, conflict);
        }

        string? reason = null;
        return _rules?.Refuse(node, out reason) is { } filter and not Filter.None ? new Refusal(filter, reason) : Refusal.None;
    }

    /// <summary>All filters that refuse a node, not only the first: what must change for it to take the pod.</summary>
    public Filter RefuseAll(int node)
    {
        var facts = _snapshot.Facts[node]!;
        var all = _volumes?.Refuse(facts) is null ? Filter.None : Filter.VolumeBinding;
        all |= facts.Unschedulable && !TaintToleration.Tolerates(_shape.Tolerations, TaintToleration.Cordoned) ? Filter.NodeUnschedulable : Filter.None;
        all |= TaintToleration.FirstUntolerated(facts.Taints, _shape.Tolerations) is null ? Filter.None : Filter.TaintToleration;
        all |= NodeAffinity.Suits(facts, _shape) ? Filter.None : Filter.NodeAffinity;
        all |= Capacity.PortsFree(_snapshot, node, _shape) ? Filter.None : Filter.NodePorts;
        all |= Capacity.Fits(_snapshot, node, _shape) ? Filter.None : Filter.NodeResources;
        return all | (_rules?.Refuse(node, out _) ?? Filter.None);
    }

    /// <summary>The filter that refused a node, with its reasons, or the scores that counted. Ask for the best first.</summary>
    public NodeVerdict Judge(int node)
    {
        var facts = _snapshot.Facts[node]!;
        var refusal = Refuse(node);
        if (refusal.Filter != Filter.None)
        {
            string[] reasons = refusal.Reason is { } reason ? [reason] : [.. Capacity.Shortages(_snapshot, node, _shape)];
            return NodeVerdict.Refuse(facts.Name, refusal.Filter.ToString(), reasons);
        }

        UseScore.Fractions(_snapshot, node, _shape, out var cpu, out var memory);
        var scores = new Dictionary<string, float>
        {
            ["LeastAllocated"] = UseScore.LeastAllocated(cpu, memory),
            ["Balanced"] = UseScore.Balanced(cpu, memory),
            ["OwnerSpread"] = UseScore.Spread(_snapshot.OwnerCounts(_shape.Owner)?.GetValueOrDefault(node) ?? 0),
            ["Preference"] = PreferenceScore.Of(facts, _shape),
        };
        Set("ImageLocality", _images);
        Set("InterPodAffinity", _affinity);
        Set("PodTopologySpread", _spread);
        return NodeVerdict.Score(facts.Name, scores);

        void Set(string name, float[]? column)
        {
            if (column is not null)
            {
                scores[name] = column[node];
            }
        }
    }

    private string ReasonOf(Filter refused, NodeFacts facts)
    {
        switch (refused)
        {
            case Filter.NodeUnschedulable:
                return "node(s) were unschedulable";
            case Filter.TaintToleration:
                var taint = TaintToleration.FirstUntolerated(facts.Taints, _shape.Tolerations)!;
                return $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}";
            default:
                return "node(s) didn't match Pod's node affinity/selector";
        }
    }

    private static void Add(float[]? column, Span<float> scores)
    {
        for (var i = 0; i < (column?.Length ?? 0); i++)
        {
            scores[i] += column![i];
        }
    }
}
