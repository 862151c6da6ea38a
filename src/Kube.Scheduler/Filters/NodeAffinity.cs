using k8s.Models;
using Kube.Machinery.Selectors;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Filters;

/// <summary>Node selectors and node affinity (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/).</summary>
internal static class NodeAffinity
{
    /// <summary>Whether the node has all labels the selector asks for and matches one of the required terms.</summary>
    public static bool Suits(NodeFacts node, PodShape pod)
    {
        foreach (var (key, value) in pod.NodeSelector)
        {
            if (!node.Labels.TryGetValue(key, out var have) || have != value)
            {
                return false;
            }
        }

        return pod.RequiredAffinity is null || (pod.RequiredAffinity.NodeSelectorTerms ?? []).Any(t => Matches(node, t));
    }

    /// <summary>Whether all expressions and fields of a term hold; an empty term matches nothing.</summary>
    public static bool Matches(NodeFacts node, V1NodeSelectorTerm term) => NodeSelectors.Matches(term, node.Name, key => node.Labels.GetValueOrDefault(key));
}
