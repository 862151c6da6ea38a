using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>One pod that needs another place, or a first one.</summary>
public sealed class PlacementMove
{
    /// <summary>Its namespace.</summary>
    [JsonPropertyName("namespace")]
    public string Namespace { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonPropertyName("pod")]
    public string Pod { get; set; } = "";

    /// <summary>What would recreate it, as kind/name.</summary>
    [JsonPropertyName("owner")]
    public string? Owner { get; set; }

    /// <summary>The node it would lose.</summary>
    [JsonPropertyName("from")]
    public string? From { get; set; }

    /// <summary>The node it would get; not set when it would get none.</summary>
    [JsonPropertyName("to")]
    public string? To { get; set; }

    /// <summary>Why it would get none.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    /// <summary>The cheapest change that would give it one.</summary>
    [JsonPropertyName("fix")]
    public string? Fix { get; set; }
}
