using System.Text.Json.Serialization;
using k8s.Models;

namespace Kube.Machinery.Placement;

/// <summary>Nodes that would be added.</summary>
public sealed class PlacementAddedNode
{
    /// <summary>Name, or the beginning of the names when there are several; new when not set.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>How many; 1 when not set.</summary>
    [JsonPropertyName("count")]
    public int? Count { get; set; }

    /// <summary>An existing node whose labels, taints and size they would have.</summary>
    [JsonPropertyName("like")]
    public string? Like { get; set; }

    /// <summary>Their labels, over those of like.</summary>
    [JsonPropertyName("labels")]
    public IDictionary<string, string>? Labels { get; set; }

    /// <summary>What their pods may take together, over that of like: cpu, memory, pods and so on.</summary>
    [JsonPropertyName("allocatable")]
    public IDictionary<string, ResourceQuantity>? Allocatable { get; set; }

    /// <summary>Their taints, instead of those of like.</summary>
    [JsonPropertyName("taints")]
    public IList<V1Taint>? Taints { get; set; }
}
