using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>Which nodes reach a volume: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#node-affinity.</summary>
internal static class NodeReach
{
    /// <summary>Whether a node reaches a volume; one that does not say is reached from everywhere.</summary>
    public static bool Reaches(this V1Node node, V1PersistentVolume volume) =>
        volume.Spec.NodeAffinity?.Required is not { } required || required.NodeSelectorTerms.Any(term => Matches(term, node));

    // A term without any requirement matches nothing.
    private static bool Matches(V1NodeSelectorTerm term, V1Node node)
    {
        var (labels, fields) = (term.MatchExpressions ?? [], term.MatchFields ?? []);
        return labels.Count + fields.Count > 0
            && labels.All(r => Holds(r, node.Metadata.Labels?.TryGetValue(r.Key, out var value) == true ? value : null))
            && fields.All(r => Holds(r, r.Key == "metadata.name" ? node.Metadata.Name : null));
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, string? value) => requirement.OperatorProperty switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Number(value) > Number(requirement.Values.FirstOrDefault()),
        "Lt" => Number(value) < Number(requirement.Values.FirstOrDefault()),
        _ => false,
    };

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
