using System.Text.Json.Serialization;
using k8s.Models;

namespace Kube.Machinery.Placement;

/// <summary>Pods of one shape.</summary>
public sealed class PlacementPodSet
{
    /// <summary>What the answer calls the set.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Their namespace; default when not set. A LocalPlacementReview has its own.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    /// <summary>Name of an existing pod to explain: where it would go now, or how its node compares with the others. Excludes the other fields.</summary>
    [JsonPropertyName("pod")]
    public string? Pod { get; set; }

    /// <summary>An existing workload: its template and number of pods, unless template, replicas or factor say otherwise. With a template, the workload's present pods are replaced step by step.</summary>
    [JsonPropertyName("workload")]
    public PlacementWorkload? Workload { get; set; }

    /// <summary>The pods' template.</summary>
    [JsonPropertyName("template")]
    public V1PodTemplateSpec? Template { get; set; }

    /// <summary>How many there would be in all; the workload's number when not set, else 1.</summary>
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    /// <summary>Multiplies the workload's number, rounded up. Excludes replicas.</summary>
    [JsonPropertyName("factor")]
    public double? Factor { get; set; }

    /// <summary>How many of the present pods may go before a new one has its place; 0 when not set.</summary>
    [JsonPropertyName("maxUnavailable")]
    public int? MaxUnavailable { get; set; }
}
