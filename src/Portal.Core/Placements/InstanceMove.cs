namespace Portal.Core.Placements;

/// <summary>An instance that would lose its node, or waits for one.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="From">The node it would lose; null for one that waits.</param>
/// <param name="To">The node it would get; null when it would get none.</param>
/// <param name="Reason">Why it would get none.</param>
/// <param name="Fix">The cheapest change that would give it one.</param>
public sealed record InstanceMove(string Instance, string? From, string? To, string? Reason, string? Fix);
