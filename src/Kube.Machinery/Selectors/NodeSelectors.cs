using System.Globalization;
using k8s.Models;

namespace Kube.Machinery.Selectors;

/// <summary>Node selector terms of affinities and volumes (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/).</summary>
public static class NodeSelectors
{
    private const string NameField = "metadata.name";

    /// <summary>Whether all expressions and fields of a term hold for a node; an empty term matches nothing.</summary>
    /// <param name="term">The term.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="label">Reads a label of the node; null when it has none of that key.</param>
    public static bool Matches(V1NodeSelectorTerm term, string name, Func<string, string?> label)
    {
        ArgumentNullException.ThrowIfNull(term);
        ArgumentNullException.ThrowIfNull(label);
        if (term.MatchExpressions is not { Count: > 0 } && term.MatchFields is not { Count: > 0 })
        {
            return false;
        }

        return (term.MatchExpressions ?? []).All(e => Holds(e, label(e.Key)))
            && (term.MatchFields ?? []).All(f => Holds(f, f.Key == NameField ? name : null));
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
