using Kube.Scheduler.Explain;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Scores;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>
/// The pure core: a snapshot and a pod in, a node or the reasons out. It keeps rankings between calls only to answer faster, never to answer
/// differently. Not thread-safe.
/// </summary>
internal sealed class Placement(ClusterSnapshot snapshot)
{
    private const int RankingLimit = 512;

    // An owner on more nodes than this gets a ranking of its own; below it, leaving its nodes out of the shared one is cheaper.
    private const int FewNodes = 64;
    private readonly Dictionary<string, Ranking> _rankings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConstraintClass> _constraints = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seenOnce = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>The best node for a pod, or null when every node refuses it.</summary>
    public string? Choose(PodShape shape)
    {
        var owned = snapshot.OwnerCounts(shape.Owner);
        var best = owned is { Count: > FewNodes } ? BestOfRanking(shape, shape.Key, shape.Owner, null) : BestOfRanking(shape, shape.UnownedKey, "", owned);
        return best < 0 ? null : snapshot.Facts[best]!.Name;
    }

    /// <summary>Whether one node would take the pod now.</summary>
    public bool Takes(string node, PodShape shape) =>
        snapshot.TryGetIndex(node, out var i) && !float.IsNegativeInfinity(Ranking.Evaluate(snapshot, i, shape, ConstraintsOf(shape), 0));

    /// <summary>The full trace of a decision: for each node the filter that refused it or its scores.</summary>
    public PlacementTrace Explain(PodShape shape)
    {
        var verdicts = new List<NodeVerdict>(snapshot.NodeCount);
        var owned = snapshot.OwnerCounts(shape.Owner);
        for (var i = 0; i < snapshot.Slots; i++)
        {
            if (snapshot.Facts[i] is { } facts)
            {
                verdicts.Add(Judge(i, facts, shape, owned?.GetValueOrDefault(i) ?? 0));
            }
        }

        return new PlacementTrace(Choose(shape), verdicts);
    }

    private int BestOfRanking(PodShape shape, string key, string owner, IReadOnlyDictionary<int, int>? owned)
    {
        var constraints = ConstraintsOf(shape);
        if (!_rankings.TryGetValue(key, out var ranking))
        {
            if (_seenOnce.Count > RankingLimit * 8)
            {
                _seenOnce.Clear();
            }

            // A ranking pays from the second pod on.
            if (_seenOnce.Add(key))
            {
                return Ranking.Scan(snapshot, shape, constraints, owner.Length > 0 ? snapshot.OwnerCounts(owner) : owned).Node;
            }

            if (_rankings.Count >= RankingLimit)
            {
                Forget();
            }

            _rankings[key] = ranking = new Ranking(shape, constraints, owner);
        }

        ranking.UsedAt = ++_uses;
        if (owned is not { Count: > 0 })
        {
            return ranking.Best(snapshot);
        }

        // The shared ranking is right for nodes without the owner's pods; the few others are scored here.
        var best = ranking.BestExcept(snapshot, owned);
        foreach (var (node, count) in owned)
        {
            var score = Ranking.Evaluate(snapshot, node, shape, constraints, count);
            if (score > best.Score || (score == best.Score && node < best.Node))
            {
                best = (node, score);
            }
        }

        return best.Node;
    }

    private NodeVerdict Judge(int i, NodeFacts facts, PodShape shape, int ofOwner)
    {
        var refused = ConstraintClass.Refuse(facts, shape, out var taint);
        if (refused != Filter.None)
        {
            return NodeVerdict.Refuse(facts.Name, refused.ToString(), refused switch
            {
                Filter.NodeUnschedulable => "node(s) were unschedulable",
                Filter.TaintToleration => $"node(s) had untolerated taint {{{taint!.Key}: {taint.Value}}}",
                _ => "node(s) didn't match Pod's node affinity/selector",
            });
        }

        if (!Capacity.PortsFree(snapshot, i, shape))
        {
            return NodeVerdict.Refuse(facts.Name, nameof(Filter.NodePorts), "node(s) didn't have free ports for the requested pod ports");
        }

        var shortages = Capacity.Shortages(snapshot, i, shape).ToArray();
        if (shortages.Length > 0)
        {
            return NodeVerdict.Refuse(facts.Name, nameof(Filter.NodeResources), shortages);
        }

        UseScore.Fractions(snapshot, i, shape, out var cpu, out var memory);
        return NodeVerdict.Score(facts.Name, new Dictionary<string, float>
        {
            ["LeastAllocated"] = UseScore.LeastAllocated(cpu, memory),
            ["Balanced"] = UseScore.Balanced(cpu, memory),
            ["OwnerSpread"] = UseScore.Spread(ofOwner),
            ["Preference"] = PreferenceScore.Of(facts, shape),
        });
    }

    private ConstraintClass ConstraintsOf(PodShape shape)
    {
        if (!_constraints.TryGetValue(shape.ConstraintKey, out var constraints))
        {
            if (_constraints.Count >= RankingLimit)
            {
                _constraints.Clear();
            }

            _constraints[shape.ConstraintKey] = constraints = new ConstraintClass(shape);
        }

        return constraints;
    }

    private void Forget()
    {
        foreach (var old in _rankings.OrderBy(r => r.Value.UsedAt).Take(RankingLimit / 2).Select(r => r.Key).ToArray())
        {
            _rankings.Remove(old);
        }
    }
}
