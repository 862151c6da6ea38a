using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Kube.Machinery.Client;

/// <summary>Any object, of which only the metadata matters.</summary>
public sealed record PartialObject : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();
}
