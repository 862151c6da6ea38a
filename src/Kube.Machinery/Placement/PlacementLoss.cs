using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>What the loss of one node would do.</summary>
public sealed class PlacementLoss
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("node")]
    public string Node { get; set; } = "";

    /// <summary>Whether all its pods would find another place.</summary>
    [JsonPropertyName("fits")]
    public bool Fits { get; set; }

    /// <summary>How many pods would move.</summary>
    [JsonPropertyName("pods")]
    public int Pods { get; set; }

    /// <summary>Those that would find none.</summary>
    [JsonPropertyName("unplaced")]
    public IList<PlacementMove>? Unplaced { get; set; }

    /// <summary>What would be down until its pods run elsewhere, because all of them are there: namespace/kind/name.</summary>
    [JsonPropertyName("down")]
    public IList<string>? Down { get; set; }
}
