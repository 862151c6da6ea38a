using System.Text.Json.Serialization;
using k8s.Models;

namespace Kube.Machinery.Placement;

/// <summary>Asks the scheduler where pods would go, what the cluster would be like with other nodes, and why not. Created to be answered, never stored.</summary>
public sealed class V1alpha1PlacementReview
{
    /// <summary>The API's version.</summary>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    /// <summary>The kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    /// <summary>Standard object's metadata; a review is not stored, so a name means nothing.</summary>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    /// <summary>What is asked.</summary>
    [JsonPropertyName("spec")]
    public PlacementReviewSpec? Spec { get; set; }

    /// <summary>The answer.</summary>
    [JsonPropertyName("status")]
    public PlacementReviewStatus? Status { get; set; }
}
