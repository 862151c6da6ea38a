using System.Globalization;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Explain;

/// <summary>Finds what would make room for a pod that fits nowhere: the nodes that only one filter keeps from taking it say what.</summary>
internal static class Advice
{
    /// <summary>Explains a refusal by every node.</summary>
    public static PlacementAdvice For(ClusterSnapshot s, PodShape shape, Decision decision)
    {
        if (decision.RefusedEverywhere is { } everywhere)
        {
            return new PlacementAdvice($"The pod's volumes are not ready: {everywhere}.", ["Create the claim, or a volume or storage class that it can be bound to."]);
        }

        if (s.NodeCount == 0)
        {
            return new PlacementAdvice("The cluster has no nodes.", ["Join a node."]);
        }

        var alone = new Dictionary<Filter, List<int>>();
        var firsts = new Dictionary<Filter, int>();
        for (var node = 0; node < s.Slots; node++)
        {
            if (s.Facts[node] is null)
            {
                continue;
            }

            var first = decision.Refuse(node).Filter;
            firsts[first] = firsts.GetValueOrDefault(first) + 1;
            var all = decision.RefuseAll(node);
            if (System.Numerics.BitOperations.IsPow2((uint)all))
            {
                if (!alone.TryGetValue(all, out var nodes))
                {
                    alone[all] = nodes = [];
                }

                nodes.Add(node);
            }
        }

        var fixes = alone.OrderBy(a => Cost(a.Key)).Select(a => Fix(s, shape, a.Key, a.Value)).ToList();
        if (fixes.Count == 0)
        {
            fixes.Add("Add a node that satisfies all of the pod's rules and has room for its requests; no single change to an existing node is enough.");
        }

        return new PlacementAdvice(Summary(s, firsts), fixes);
    }

    // What a person can change without money or risk comes first.
    private static int Cost(Filter filter) => filter switch
    {
        Filter.NodeUnschedulable => 0,
        Filter.NodeResources => 1,
        Filter.NodeAffinity => 2,
        Filter.TaintToleration => 3,
        Filter.NodePorts => 4,
        Filter.PodTopologySpread => 5,
        Filter.InterPodAffinity => 6,
        _ => 7,
    };

    private static string Fix(ClusterSnapshot s, PodShape shape, Filter filter, List<int> nodes)
    {
        var name = s.Facts[nodes[0]]!.Name;
        return filter switch
        {
            Filter.NodeUnschedulable => $"Let node {name} take pods again: kubectl uncordon {name}.",
            Filter.NodeResources => Smaller(s, shape, nodes),
            Filter.NodeAffinity => $"Give node {name} the labels that the pod's node selector or affinity asks for, or relax those.",
            Filter.TaintToleration => Untainted(s, shape, nodes),
            Filter.NodePorts => $"Use another host port, or none: a pod on node {name} holds it.",
            Filter.PodTopologySpread => "Let the topology spread constraint allow a greater maxSkew or ScheduleAnyway, or add a node in the domain with the fewest pods.",
            Filter.InterPodAffinity => "Make the pod affinity or anti-affinity a preference, run fewer replicas, or add a node in another domain.",
            _ => $"Recreate the volume where there is room: node {name} could take the pod without it.",
        };
    }

    // Taints that the cluster itself sets tell of trouble: it is cured by curing the trouble, not by tolerating it.
    private static string Untainted(ClusterSnapshot s, PodShape shape, List<int> nodes)
    {
        var (name, taint) = (s.Facts[nodes[0]]!.Name, TaintToleration.FirstUntolerated(s.Facts[nodes[0]]!.Taints, shape.Tolerations)!.Key);
        return taint.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)
            ? $"Bring node {name} back in order: it is marked {taint["node.kubernetes.io/".Length..]}; or add a node."
            : $"Let the pod tolerate the taint {taint} of node {name}, or remove the taint.";
    }

    // The node that asks for the least reduction, as a share of the request.
    private static string Smaller(ClusterSnapshot s, PodShape shape, List<int> nodes)
    {
        var r = shape.Requests;
        var best = nodes.MaxBy(n => Math.Min(Share(s.FreeMilliCpu[n], r.MilliCpu), Share(s.FreeMemory[n], r.Memory)));
        var name = s.Facts[best]!.Name;
        List<string> changes = [];
        if (r.MilliCpu > s.FreeMilliCpu[best] && s.FreeMilliCpu[best] > 0)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"CPU from {r.MilliCpu}m to {s.FreeMilliCpu[best]}m"));
        }

        if (r.Memory > s.FreeMemory[best] && s.FreeMemory[best] > 0)
        {
            changes.Add($"memory from {Mebibytes(r.Memory)} to {Mebibytes(s.FreeMemory[best])}");
        }

        var shortages = string.Join(", ", Capacity.Shortages(s, best, shape));
        var isEnough = changes.Count > 0 && Capacity.Shortages(s, best, shape).Count() == changes.Count;
        return isEnough
            ? $"Lower the pod's requests ({string.Join(" and ", changes)}) and it fits on node {name}; or add a node, or take pods off one."
            : $"Add a node, or take pods off one; node {name} comes closest ({shortages}).";
    }

    private static double Share(long free, long asked) => asked == 0 ? 1 : Math.Clamp((double)free / asked, 0, 1);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}Mi");

    private static string Summary(ClusterSnapshot s, Dictionary<Filter, int> firsts)
    {
        var parts = firsts.OrderByDescending(f => f.Value).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Value} {(f.Value == 1 ? "node" : "nodes")} {Words(f.Key, f.Value == 1)}"));
        return string.Create(CultureInfo.InvariantCulture, $"None of the {s.NodeCount} {(s.NodeCount == 1 ? "node" : "nodes")} takes the pod: {string.Join("; ", parts)}.");
    }

    private static string Words(Filter filter, bool one) => filter switch
    {
        Filter.NodeUnschedulable => one ? "is cordoned" : "are cordoned",
        Filter.TaintToleration => one ? "has a taint it does not tolerate" : "have taints it does not tolerate",
        Filter.NodeAffinity => one ? "is not one it selects" : "are not ones it selects",
        Filter.NodePorts => one ? "has its host port taken" : "have its host port taken",
        Filter.NodeResources => one ? "has too little free" : "have too little free",
        Filter.VolumeBinding => one ? "cannot reach its volume" : "cannot reach its volume",
        Filter.PodTopologySpread => one ? "would make its spread uneven" : "would make its spread uneven",
        _ => one ? "is ruled out by pod affinity or anti-affinity" : "are ruled out by pod affinity or anti-affinity",
    };
}
