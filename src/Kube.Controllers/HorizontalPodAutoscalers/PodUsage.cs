using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>What a pod uses, as <c>metrics.k8s.io</c> tells: https://kubernetes.io/docs/reference/external-api/metrics.v1beta1/. The package's model cannot be listed.</summary>
internal sealed record PodUsage : IKubernetesObject<V1ObjectMeta>
{
    public static readonly ResourceType Type = new("metrics.k8s.io", "v1beta1", "pods", "PodMetrics");

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>End of the time measured.</summary>
    [JsonPropertyName("timestamp")]
    public DateTime? Timestamp { get; set; }

    /// <summary>Length of the time measured, for instance <c>15s</c>.</summary>
    [JsonPropertyName("window")]
    public string? Window { get; set; }

    [JsonPropertyName("containers")]
    public IList<ContainerUsage> Containers { get; set; } = [];
}
