using System.Text.Json.Serialization;

namespace Kube.Machinery.Placement;

/// <summary>What was found about one set of pods.</summary>
public sealed class PlacementPodSetStatus
{
    /// <summary>The set.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Their namespace.</summary>
    [JsonPropertyName("namespace")]
    public string Namespace { get; set; } = "";

    /// <summary>How many there would be in all.</summary>
    [JsonPropertyName("replicas")]
    public int Replicas { get; set; }

    /// <summary>How many have or would get a place.</summary>
    [JsonPropertyName("fitting")]
    public int Fitting { get; set; }

    /// <summary>Whether all do, and nothing else refuses them.</summary>
    [JsonPropertyName("fits")]
    public bool Fits { get; set; }

    /// <summary>The answer in a sentence or two, for instance 3 of 3 fit: n1, n2, n4.</summary>
    [JsonPropertyName("summary")]
    public string Summary { get; set; } = "";

    /// <summary>The node of each pod placed, in order.</summary>
    [JsonPropertyName("nodes")]
    public IList<string>? Nodes { get; set; }

    /// <summary>Why the API would refuse the pods before any node is asked.</summary>
    [JsonPropertyName("refused")]
    public string? Refused { get; set; }

    /// <summary>What a quota of the namespace lacks for all of them.</summary>
    [JsonPropertyName("quota")]
    public string? Quota { get; set; }

    /// <summary>Why the first pod without a place has none, as a FailedScheduling event says it.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    /// <summary>The same in plain words.</summary>
    [JsonPropertyName("advice")]
    public string? Advice { get; set; }

    /// <summary>Changes each of which alone would make room, the cheapest first.</summary>
    [JsonPropertyName("fixes")]
    public IList<string>? Fixes { get; set; }

    /// <summary>How each node judges that pod, or the first one placed.</summary>
    [JsonPropertyName("verdicts")]
    public IList<PlacementVerdict>? Verdicts { get; set; }

    /// <summary>How many nodes' verdicts are not shown.</summary>
    [JsonPropertyName("verdictsLeftOut")]
    public int? VerdictsLeftOut { get; set; }

    /// <summary>The scheduler's last own decision about an existing pod that waits.</summary>
    [JsonPropertyName("decision")]
    public PlacementDecision? Decision { get; set; }
}
