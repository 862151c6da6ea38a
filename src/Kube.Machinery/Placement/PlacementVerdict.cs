using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>One node's answer to one pod.</summary>
public sealed class PlacementVerdict
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("node")]
    public string Node { get; set; } = "";

    /// <summary>Whether it would take the pod.</summary>
    [JsonPropertyName("fits")]
    public bool Fits { get; set; }

    /// <summary>The filter that refused.</summary>
    [JsonPropertyName("refusedBy")]
    public string? RefusedBy { get; set; }

    /// <summary>Why it refused.</summary>
    [JsonPropertyName("reasons")]
    public IList<string>? Reasons { get; set; }

    /// <summary>The sum of the scores; the greatest wins.</summary>
    [JsonPropertyName("score")]
    public double? Score { get; set; }

    /// <summary>The scores that counted.</summary>
    [JsonPropertyName("scores")]
    public IDictionary<string, double>? Scores { get; set; }
}
