using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>Names a workload in the set's namespace.</summary>
public sealed class PlacementWorkload
{
    /// <summary>Its API version; apps/v1 when not set.</summary>
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    /// <summary>Deployment, ReplicaSet, StatefulSet, ReplicationController or Job.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }
}
