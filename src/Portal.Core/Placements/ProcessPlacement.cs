using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>Where the instances of one process would go.</summary>
/// <param name="Process">The process, with its app where several apps are answered about: <c>hello/web</c>.</param>
/// <param name="Replicas">How many instances there would be.</param>
/// <param name="Fitting">How many of them have a place.</param>
/// <param name="Fits">Whether all have, and nothing else refuses them.</param>
/// <param name="Summary">For instance <c>3 of 3 fit: n1, n2, n4</c>, or what is missing and the cheapest fix.</param>
/// <param name="Nodes">The node of each instance placed.</param>
public sealed record ProcessPlacement(string Process, int Replicas, int Fitting, bool Fits, string Summary, ImmutableArray<string> Nodes)
{
    /// <summary>Why the cluster would refuse the instances before any node is asked; null when it would not.</summary>
    public string? Refused { get; init; }

    /// <summary>What a quota in the cluster lacks, with the amount; null when it suffices.</summary>
    public string? Quota { get; init; }

    /// <summary>Why the first instance without a place has none, in plain words; null when all have one.</summary>
    public string? Reason { get; init; }

    /// <summary>Changes each of which alone would help, the cheapest first.</summary>
    public ImmutableArray<string> Fixes { get; init; } = [];

    /// <summary>How the nodes judge that instance, or the first one placed; the best first.</summary>
    public ImmutableArray<NodeJudgement> Judgements { get; init; } = [];
}
