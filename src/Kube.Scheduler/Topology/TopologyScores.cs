using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>Scores about other pods' places. Each 0 to 100 over the nodes that are not refused, times its weight in Kubernetes.</summary>
internal static class TopologyScores
{
    private const float Weight = 2;

    /// <summary>Preferred affinity of the pod and of those already there.</summary>
    public static float[]? Affinity(ClusterSnapshot snapshot, PodShape shape, LabelClass labelClass, ReadOnlySpan<float> scores)
    {
        var byDomain = new Dictionary<Domains, float[]>();
        foreach (var term in shape.Terms.Preferred)
        {
            AddTo(byDomain, snapshot, term.TopologyKey, snapshot.Pods.Count(term.Selector), term.Weight);
        }

        foreach (var held in labelClass.HeldAgainst)
        {
            if (held.Weight != 0 && held.Holders.ByNode.Count > 0)
            {
                AddTo(byDomain, snapshot, held.Term.TopologyKey, held.Holders, held.Weight);
            }
        }

        if (byDomain.Count == 0)
        {
            return null;
        }

        var result = new float[scores.Length];
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var node = 0; node < scores.Length; node++)
        {
            if (float.IsNegativeInfinity(scores[node]))
            {
                continue;
            }

            foreach (var (domains, sums) in byDomain)
            {
                result[node] += domains.At(node) is >= 0 and var domain ? sums[domain] : 0;
            }

            least = Math.Min(least, result[node]);
            most = Math.Max(most, result[node]);
        }

        for (var node = 0; node < scores.Length; node++)
        {
            result[node] = most > least && !float.IsNegativeInfinity(scores[node]) ? Weight * 100 * (result[node] - least) / (most - least) : 0;
        }

        return result;
    }

    /// <summary>Spread constraints that are wishes.</summary>
    public static float[]? Spread(ClusterSnapshot snapshot, PodShape shape, ReadOnlySpan<float> scores)
    {
        var wishes = shape.Terms.Spread.Where(c => !c.Required).Select(c => (Constraint: c, Domains: snapshot.Pods.DomainsOf(c.TopologyKey))).ToArray();
        if (wishes.Length == 0)
        {
            return null;
        }

        var result = new float[scores.Length];
        var ignored = new bool[scores.Length];
        for (var node = 0; node < scores.Length; node++)
        {
            ignored[node] = float.IsNegativeInfinity(scores[node]) || !Array.TrueForAll(wishes, w => w.Domains.At(node) >= 0);
        }

        foreach (var (constraint, domains) in wishes)
        {
            var present = new bool[domains.Count];
            var size = 0;
            for (var node = 0; node < scores.Length; node++)
            {
                if (!ignored[node] && !present[domains.At(node)])
                {
                    present[domains.At(node)] = true;
                    size++;
                }
            }

            var sums = new int[domains.Count];
            foreach (var (node, count) in snapshot.Pods.Count(constraint.Selector).ByNode)
            {
                if (domains.At(node) is >= 0 and var domain && TopologyRules.Counts(snapshot, shape, constraint, node))
                {
                    sums[domain] += count;
                }
            }

            // Many small domains weigh more, for a difference between them is the smaller.
            var weight = MathF.Log(size + 2);
            for (var node = 0; node < scores.Length; node++)
            {
                result[node] += ignored[node] ? 0 : (sums[domains.At(node)] * weight) + (constraint.MaxSkew - 1);
            }
        }

        Normalise(result, ignored);
        return result;
    }

    private static void Normalise(float[] result, bool[] ignored)
    {
        var (least, most) = (float.PositiveInfinity, 0f);
        for (var node = 0; node < result.Length; node++)
        {
            if (!ignored[node])
            {
                least = Math.Min(least, result[node]);
                most = Math.Max(most, result[node]);
            }
        }

        for (var node = 0; node < result.Length; node++)
        {
            result[node] = ignored[node] ? 0 : Weight * (most == 0 ? 100 : 100 * (most + least - result[node]) / most);
        }
    }

    private static void AddTo(Dictionary<Domains, float[]> byDomain, ClusterSnapshot snapshot, string key, NodeCounts counts, int weight)
    {
        var domains = snapshot.Pods.DomainsOf(key);
        if (!byDomain.TryGetValue(domains, out var sums))
        {
            byDomain[domains] = sums = new float[domains.Count];
        }

        foreach (var (node, count) in counts.ByNode)
        {
            if (domains.At(node) is >= 0 and var domain)
            {
                sums[domain] += weight * count;
            }
        }
    }
}
