using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>What a placement review found.</summary>
public sealed class PlacementReviewStatus
{
    /// <summary>Whether all that was asked about has its place.</summary>
    [JsonPropertyName("fits")]
    public bool Fits { get; set; }

    /// <summary>The answer in a sentence or two.</summary>
    [JsonPropertyName("summary")]
    public string Summary { get; set; } = "";

    /// <summary>How many nodes the answer is about.</summary>
    [JsonPropertyName("nodeCount")]
    public int NodeCount { get; set; }

    /// <summary>One answer for each set, in order.</summary>
    [JsonPropertyName("pods")]
    public IList<PlacementPodSetStatus>? Pods { get; set; }

    /// <summary>The pods of removed nodes, most important first.</summary>
    [JsonPropertyName("moved")]
    public IList<PlacementMove>? Moved { get; set; }

    /// <summary>The pods that wait for a node.</summary>
    [JsonPropertyName("pending")]
    public IList<PlacementMove>? Pending { get; set; }

    /// <summary>For each node what its loss would do, the worst first.</summary>
    [JsonPropertyName("losses")]
    public IList<PlacementLoss>? Losses { get; set; }
}
