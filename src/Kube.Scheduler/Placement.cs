using Kube.Scheduler.Explain;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Scores;
using Kube.Scheduler.Snapshot;
using Kube.Scheduler.Topology;

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
    private float[] _scores = [];
    private long _uses;

    /// <summary>The best node for a pod, or null when every node refuses it.</summary>
    public string? Choose(PodShape shape)
    {
        int best;
        if (shape.NodeNames is { } names)
        {
            best = BestOf(names, shape);
        }
        else if (snapshot.IsTrying || !shape.Claims.IsEmpty || TopologyRules.Concern(snapshot, shape))
        {
            best = Decide(shape).Best(Scores()).Node;
        }
        else
        {
            var owned = snapshot.OwnerCounts(shape.Owner);
            best = owned is { Count: > FewNodes } ? BestOfRanking(shape, shape.Key, shape.Owner, null) : BestOfRanking(shape, shape.UnownedKey, "", owned);
        }

        return best < 0 ? null : snapshot.Facts[best]!.Name;
    }

    /// <summary>Whether one node would take the pod now.</summary>
    public bool Takes(string node, PodShape shape) => snapshot.TryGetIndex(node, out var i) && Capacity.Fits(snapshot, i, shape) && Refuse(i, shape).Filter == Filter.None;

    /// <summary>Asks every filter in turn, for one node.</summary>
    public Refusal Refuse(int node, PodShape shape) => Decide(shape).Refuse(node);

    /// <summary>Counts why the nodes refuse a pod.</summary>
    public Diagnosis Diagnose(PodShape shape)
    {
        var decision = Decide(shape);
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        var (refusedBy, curable) = (Filter.None, 0);
        if (decision.RefusedEverywhere is { } everywhere)
        {
            return new Diagnosis(snapshot.NodeCount, everywhere, reasons, Filter.VolumeBinding, 0);
        }

        for (var node = 0; node < snapshot.Slots; node++)
        {
            if (snapshot.Facts[node] is null)
            {
                continue;
            }

            var refusal = decision.Refuse(node);
            refusedBy |= refusal.Filter;
            curable += refusal.IsCurable ? 1 : 0;
            if (refusal.Reason is { } reason)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
            else if (refusal.Filter == Filter.NodeResources)
            {
                foreach (var shortage in Capacity.Shortages(snapshot, node, shape))
                {
                    reasons[shortage] = reasons.GetValueOrDefault(shortage) + 1;
                }
            }
        }

        return new Diagnosis(snapshot.NodeCount, null, reasons, refusedBy, curable);
    }

    /// <summary>What would help a pod that every node refuses.</summary>
    public PlacementAdvice Advise(PodShape shape) => Advice.For(snapshot, shape, Decide(shape));

    /// <summary>The full trace of a decision: for each node the filter that refused it or its scores.</summary>
    public PlacementTrace Explain(PodShape shape)
    {
        var decision = new Decision(snapshot, shape, ConstraintsOf(shape));
        var best = decision.Best(Scores()).Node;
        var verdicts = new List<NodeVerdict>(snapshot.NodeCount);
        for (var i = 0; i < snapshot.Slots; i++)
        {
            if (snapshot.Facts[i] is not null)
            {
                verdicts.Add(decision.Judge(i));
            }
        }

        var advice = best >= 0 ? null : Advice.For(snapshot, shape, decision);
        return new PlacementTrace(best < 0 ? null : snapshot.Facts[best]!.Name, verdicts) { Everywhere = decision.RefusedEverywhere, Advice = advice };
    }

    // Constraints that name nodes are asked for those alone, hence not worth remembering for all.
    private Decision Decide(PodShape shape) => new(snapshot, shape, shape.NodeNames is null ? ConstraintsOf(shape) : null);

    // As long as the snapshot's columns; what lies behind the slots is refused.
    private float[] Scores()
    {
        if (_scores.Length != snapshot.Facts.Length)
        {
            _scores = new float[snapshot.Facts.Length];
            Array.Fill(_scores, float.NegativeInfinity);
        }

        return _scores;
    }

    // Pods that name their nodes, as a DaemonSet's do, look at no others.
    private int BestOf(IReadOnlyList<string> names, PodShape shape)
    {
        var decision = Decide(shape);
        var owned = snapshot.OwnerCounts(shape.Owner);
        var best = (Node: -1, Score: float.NegativeInfinity);
        foreach (var name in names)
        {
            if (!snapshot.TryGetIndex(name, out var node) || decision.Refuse(node).Filter != Filter.None)
            {
                continue;
            }

            var score = UseScore.Of(snapshot, node, shape, owned?.GetValueOrDefault(node) ?? 0) + PreferenceScore.Of(snapshot.Facts[node]!, shape);
            if (score > best.Score || (score == best.Score && node < best.Node))
            {
                best = (node, score);
            }
        }

        return best.Node;
    }

    private int BestOfRanking(PodShape shape, string key, string owner, Dictionary<int, int>? owned)
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
                return Decide(shape).Best(Scores()).Node;
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
        var images = snapshot.Images.Column(shape, snapshot.NodeCount, snapshot.Facts.Length);
        foreach (var (node, count) in owned)
        {
            var score = Ranking.Evaluate(snapshot, node, shape, constraints, count, images);
            if (score > best.Score || (score == best.Score && node < best.Node))
            {
                best = (node, score);
            }
        }

        return best.Node;
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
