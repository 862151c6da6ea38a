using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>What the loss of one node would do to an environment.</summary>
/// <param name="Node">The node.</param>
/// <param name="Fits">Whether all the environment's instances there would find another place.</param>
/// <param name="Instances">How many instances would move.</param>
/// <param name="Unplaced">Those that would find none.</param>
/// <param name="Down">What would be down until its instances run elsewhere, because all of them are on that node.</param>
public sealed record NodeLoss(string Node, bool Fits, int Instances, ImmutableArray<InstanceMove> Unplaced, ImmutableArray<string> Down);
