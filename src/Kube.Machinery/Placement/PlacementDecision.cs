using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>The scheduler's last own decision about a pod that waits.</summary>
public sealed class PlacementDecision
{
    /// <summary>When it was taken.</summary>
    [JsonPropertyName("time")]
    public DateTime? Time { get; set; }

    /// <summary>Why no node took the pod.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; set; }

    /// <summary>The node where others are being pushed off for it.</summary>
    [JsonPropertyName("nominatedNode")]
    public string? NominatedNode { get; set; }

    /// <summary>How many pods of the same shape wait with it.</summary>
    [JsonPropertyName("alike")]
    public int? Alike { get; set; }
}
