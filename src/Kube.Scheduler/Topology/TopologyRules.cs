using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>
/// What the rules between pods say about every place for one pod, as the snapshot is now: inter-pod affinity and anti-affinity, the anti-affinity of
/// pods already there, and topology spread. Made once a decision; asking for a node is then a look into a few arrays.
/// </summary>
internal sealed class TopologyRules
{
    public const string AffinityReason = "node(s) didn't match pod affinity rules";
    public const string AntiAffinityReason = "node(s) didn't match pod anti-affinity rules";
    public const string ExistingReason = "node(s) didn't satisfy existing pods anti-affinity rules";
    public const string SpreadReason = "node(s) didn't match pod topology spread constraints";
    public const string SpreadLabelReason = "node(s) didn't match pod topology spread constraints (missing required label)";
    private readonly ClusterSnapshot _snapshot;
    private readonly PodShape _shape;
    private readonly LabelClass _class;
    private readonly List<TopologyRule> _rules = [];

    private TopologyRules(ClusterSnapshot snapshot, PodShape shape, LabelClass labelClass)
    {
        _snapshot = snapshot;
        _shape = shape;
        _class = labelClass;

        // In the order in which Kubernetes asks: spread, then affinity of the pod, its anti-affinity, anti-affinity of others.
        AddSpread();
        AddAffinity();
        foreach (var term in shape.Terms.AntiAffinity)
        {
            var domains = snapshot.Pods.DomainsOf(term.TopologyKey);
            _rules.Add(new TopologyRule(Filter.InterPodAffinity, AntiAffinityReason, domains, Marked(domains, snapshot.Pods.Count(term.Selector), new bool[domains.Count]), null));
        }

        var held = new Dictionary<Domains, bool[]>();
        foreach (var term in labelClass.HeldAgainst)
        {
            if (term.Weight == 0 && term.Holders.ByNode.Count > 0)
            {
                var domains = snapshot.Pods.DomainsOf(term.Term.TopologyKey);
                held[domains] = Marked(domains, term.Holders, held.GetValueOrDefault(domains) ?? new bool[domains.Count]);
            }
        }

        _rules.AddRange(held.Select(h => new TopologyRule(Filter.InterPodAffinity, ExistingReason, h.Key, h.Value, null)));
    }

    /// <summary>The rules for a pod, or null when none concerns it.</summary>
    public static TopologyRules? For(ClusterSnapshot snapshot, PodShape shape)
    {
        var labelClass = snapshot.Pods.ClassOf(shape);
        return shape.Terms.IsEmpty && !labelClass.IsTouched() ? null : new TopologyRules(snapshot, shape, labelClass);
    }

    /// <summary>Whether rules concern a pod at all: whether one ranking can serve all pods of its shape.</summary>
    public static bool Concern(ClusterSnapshot snapshot, PodShape shape) => !shape.Terms.IsEmpty || snapshot.Pods.ClassOf(shape).IsTouched();

    /// <summary>The filter that refuses a node, or none.</summary>
    public Filter Refuse(int node, out string? reason)
    {
        foreach (var rule in _rules)
        {
            reason = rule.Refuse(node);
            if (reason is not null)
            {
                return rule.Filter;
            }
        }

        reason = null;
        return Filter.None;
    }

    /// <summary>Sets the score of every node that the rules refuse to negative infinity.</summary>
    public void Apply(Span<float> scores)
    {
        foreach (var rule in _rules)
        {
            rule.Apply(scores);
        }
    }

    /// <summary>The part of the score that stems from preferences about other pods; null when there are none.</summary>
    /// <param name="scores">Scores so far; negative infinity where refused. Normalised over the others.</param>
    public float[]? AffinityScores(ReadOnlySpan<float> scores) => TopologyScores.Affinity(_snapshot, _shape, _class, scores);

    /// <summary>The part of the score that stems from wishes to be spread; null when there are none.</summary>
    /// <param name="scores">Scores so far; negative infinity where refused. Normalised over the others.</param>
    public float[]? SpreadScores(ReadOnlySpan<float> scores) => TopologyScores.Spread(_snapshot, _shape, scores);

    /// <summary>Whether a node counts as part of a domain for a constraint.</summary>
    public static bool Counts(ClusterSnapshot snapshot, PodShape shape, SpreadConstraint constraint, int node)
    {
        if (snapshot.Facts[node] is not { } facts || (constraint.HonorsAffinity && shape.SelectsNodes && !NodeAffinity.Suits(facts, shape)))
        {
            return false;
        }

        return !constraint.HonorsTaints
            || ((!facts.Unschedulable || TaintToleration.Tolerates(shape.Tolerations, TaintToleration.Cordoned)) && TaintToleration.FirstUntolerated(facts.Taints, shape.Tolerations) is null);
    }

    private static bool[] Marked(Domains domains, NodeCounts counts, bool[] marks)
    {
        foreach (var node in counts.ByNode.Keys)
        {
            if (domains.At(node) is >= 0 and var domain)
            {
                marks[domain] = true;
            }
        }

        return marks;
    }

    private void AddAffinity()
    {
        if (_shape.Terms.AffinityPods is not { } selector)
        {
            return;
        }

        var counts = _snapshot.Pods.Count(selector);
        var terms = _shape.Terms.Affinity.Select(t => _snapshot.Pods.DomainsOf(t.TopologyKey)).Select(d => (Domains: d, Has: Marked(d, counts, new bool[d.Count]))).ToArray();

        // The first of pods that want to be together would otherwise never find a place.
        var first = terms.All(t => !t.Has.Contains(true)) && _snapshot.Pods.Selects(selector, _class);
        foreach (var (domains, has) in terms)
        {
            _rules.Add(new TopologyRule(Filter.InterPodAffinity, AffinityReason, domains, first ? new bool[domains.Count] : Array.ConvertAll(has, h => !h), AffinityReason));
        }
    }

    private void AddSpread()
    {
        var required = _shape.Terms.Spread.Where(c => c.Required).ToArray();
        if (required.Length == 0)
        {
            return;
        }

        var all = Array.ConvertAll(required, c => _snapshot.Pods.DomainsOf(c.TopologyKey));
        for (var k = 0; k < required.Length; k++)
        {
            var constraint = required[k];
            var domains = all[k];
            var counts = _snapshot.Pods.Count(constraint.Selector).ByNode;
            var perDomain = new int[domains.Count];
            var present = new bool[domains.Count];
            var always = !constraint.HonorsTaints && !(constraint.HonorsAffinity && _shape.SelectsNodes);
            for (var node = 0; node < _snapshot.Slots; node++)
            {
                // A node that lacks any of the labels belongs to no domain of any of them.
                if (Array.TrueForAll(all, d => d.At(node) >= 0) && (always ? _snapshot.Facts[node] is not null : Counts(_snapshot, _shape, constraint, node)))
                {
                    var domain = domains.At(node);
                    present[domain] = true;
                    perDomain[domain] += counts.GetValueOrDefault(node);
                }
            }

            var (fewest, number) = (int.MaxValue, 0);
            for (var d = 0; d < present.Length; d++)
            {
                if (present[d])
                {
                    number++;
                    fewest = Math.Min(fewest, perDomain[d]);
                }
            }

            fewest = number < constraint.MinDomains || number == 0 ? 0 : fewest;
            var self = _snapshot.Pods.Selects(constraint.Selector, _class) ? 1 : 0;
            var refused = new bool[domains.Count];
            for (var d = 0; d < refused.Length; d++)
            {
                refused[d] = perDomain[d] + self - fewest > constraint.MaxSkew;
            }

            _rules.Add(new TopologyRule(Filter.PodTopologySpread, SpreadReason, domains, refused, SpreadLabelReason));
        }
    }
}
