using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>One node's answer to one instance.</summary>
/// <param name="Node">The node.</param>
/// <param name="Fits">Whether it would take the instance.</param>
/// <param name="RefusedBy">The scheduler's filter that refused, for example <c>NodeResources</c>; null when it fits.</param>
/// <param name="Reasons">Why it refused.</param>
public sealed record NodeJudgement(string Node, bool Fits, string? RefusedBy, ImmutableArray<string> Reasons);
