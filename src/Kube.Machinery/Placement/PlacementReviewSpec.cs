using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>What a placement review asks.</summary>
public sealed class PlacementReviewSpec
{
    /// <summary>Pods to place, set after set, each as if those before it had been bound.</summary>
    [JsonPropertyName("pods")]
    public IList<PlacementPodSet>? Pods { get; set; }

    /// <summary>Names of nodes that would be gone. Their pods that a controller recreates are placed anew first.</summary>
    [JsonPropertyName("removeNodes")]
    public IList<string>? RemoveNodes { get; set; }

    /// <summary>Nodes that would be there in addition.</summary>
    [JsonPropertyName("addNodes")]
    public IList<PlacementAddedNode>? AddNodes { get; set; }

    /// <summary>Whether each node is lost in turn, all others being there: who would find no place.</summary>
    [JsonPropertyName("eachNode")]
    public bool? EachNode { get; set; }

    /// <summary>Whether the answer tells where the pods that wait for a node would go.</summary>
    [JsonPropertyName("pending")]
    public bool? Pending { get; set; }

    /// <summary>How many nodes each set's answer judges one by one, 0 to 5000; 100 when not set.</summary>
    [JsonPropertyName("nodeLimit")]
    public int? NodeLimit { get; set; }
}
