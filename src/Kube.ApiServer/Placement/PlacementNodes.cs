using System.Text;
using k8s;
using k8s.Models;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Placement;

namespace Kube.ApiServer.Placement;

/// <summary>The nodes a review adds and takes away.</summary>
internal sealed class PlacementNodes(IObjectStore store)
{
    private const string HostName = "kubernetes.io/hostname";

    /// <summary>The nodes to add.</summary>
    public IReadOnlyList<V1Node> Resolve(IList<PlacementAddedNode> asked, FieldErrors errors)
    {
        var nodes = new List<V1Node>();
        for (var i = 0; i < asked.Count; i++)
        {
            var field = FormattableString.Invariant($"spec.addNodes[{i}]");
            var count = asked[i].Count ?? 1;
            errors.Between($"{field}.count", count, 1, 1000);
            if (string.IsNullOrEmpty(asked[i].Like) && asked[i].Allocatable is not { Count: > 0 })
            {
                errors.Required($"{field}.allocatable", "a node needs a size: name a node it is like, or say what its pods may take, for instance cpu and memory");
                continue;
            }

            var like = string.IsNullOrEmpty(asked[i].Like) ? null : Read(asked[i].Like!);
            if (like is null && !string.IsNullOrEmpty(asked[i].Like))
            {
                errors.NotFound($"{field}.like", asked[i].Like);
                continue;
            }

            for (var n = 1; n <= Math.Clamp(count, 0, 1000); n++)
            {
                var stem = string.IsNullOrEmpty(asked[i].Name) ? FormattableString.Invariant($"new{(asked.Count > 1 ? $"-{i + 1}" : "")}") : asked[i].Name!;
                nodes.Add(Node(count > 1 ? FormattableString.Invariant($"{stem}-{n}") : stem, asked[i], like));
            }
        }

        foreach (var known in nodes.Select(n => n.Metadata.Name).Where(n => store.Get(new ObjectKey("nodes", "", n)) is not null).Distinct(StringComparer.Ordinal))
            errors.Duplicate("spec.addNodes", known);
        return nodes;
    }

    /// <summary>Says which nodes there are not.</summary>
    public void Check(IList<string> removed, FieldErrors errors)
    {
        for (var i = 0; i < removed.Count; i++)
        {
            if (store.Get(new ObjectKey("nodes", "", removed[i])) is null)
                errors.NotFound(FormattableString.Invariant($"spec.removeNodes[{i}]"), removed[i]);
        }
    }

    private V1Node? Read(string name) => store.Get(new ObjectKey("nodes", "", name)) is { } found ? KubernetesJson.Deserialize<V1Node>(Encoding.UTF8.GetString(found.Json.Span)) : null;

    // As a node that has just joined and is Ready: the taints that say otherwise of the other one are not copied.
    private static V1Node Node(string name, PlacementAddedNode asked, V1Node? like)
    {
        var labels = new Dictionary<string, string>(like?.Metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (key, value) in asked.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        labels[HostName] = name;
        var allocatable = new Dictionary<string, ResourceQuantity>(like?.Status?.Allocatable ?? new Dictionary<string, ResourceQuantity>(), StringComparer.Ordinal);
        foreach (var (key, value) in asked.Allocatable ?? new Dictionary<string, ResourceQuantity>())
            allocatable[key] = value;
        var taints = asked.Taints ?? [.. (like?.Spec?.Taints ?? []).Where(t => !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal))];
        return new V1Node
        {
            Metadata = new V1ObjectMeta { Name = name, Labels = labels },
            Spec = new V1NodeSpec { Taints = taints },
            Status = new V1NodeStatus { Allocatable = allocatable, Images = like?.Status?.Images },
        };
    }
}
