using System.Globalization;
using k8s.Models;
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
    public static bool Matches(NodeFacts node, V1NodeSelectorTerm term)
    {
        if (term.MatchExpressions is not { Count: > 0 } && term.MatchFields is not { Count: > 0 })
        {
            return false;
        }

        return (term.MatchExpressions ?? []).All(e => Holds(e, node.Labels.GetValueOrDefault(e.Key)))
            && (term.MatchFields ?? []).All(f => Holds(f, f.Key == "metadata.name" ? node.Name : null));
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, string? value) => requirement.OperatorProperty switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(requirement, value) > 0,
        "Lt" => Compare(requirement, value) < 0,
        _ => false,
    };

    // Zero, which neither Gt nor Lt takes, when either side is no number.
    private static int Compare(V1NodeSelectorRequirement requirement, string? value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var have)
        && requirement.Values is { Count: 1 }
        && long.TryParse(requirement.Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bound)
            ? have.CompareTo(bound)
            : 0;
}
