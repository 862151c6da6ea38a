using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>One thing that keeps an app from being healthy.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Subjects">The instances or objects concerned.</param>
/// <param name="Message">What is wrong, in plain words.</param>
/// <param name="Detail">The same as the cluster says it; null when it says no more.</param>
/// <param name="Fixes">What would help, the cheapest first.</param>
public sealed record Cause(CauseKind Kind, ImmutableArray<string> Subjects, string Message, string? Detail, ImmutableArray<string> Fixes)
{
    /// <summary>How the nodes judge an instance that has none, the best first; empty for other causes.</summary>
    public ImmutableArray<NodeJudgement> Judgements { get; init; } = [];
}
