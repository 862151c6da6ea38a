using System.Text.Json.Serialization;
using k8s.Models;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>What a container uses.</summary>
internal sealed record ContainerUsage
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>By resource: <c>cpu</c> in cores, <c>memory</c> in bytes.</summary>
    [JsonPropertyName("usage")]
    public IDictionary<string, ResourceQuantity> Usage { get; set; } = new Dictionary<string, ResourceQuantity>();
}
