using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>What would follow.</summary>
/// <param name="Placement">The answer as a whole, and where the scaled processes' instances would go.</param>
/// <param name="Moved">The environment's instances on lost nodes, and where they would go.</param>
/// <param name="Waiting">Its instances that wait for a node, and where they would go.</param>
/// <param name="Losses">For each node what its loss would do, the worst first; empty when not asked.</param>
public sealed record WhatIfView(PlacementView Placement, ImmutableArray<InstanceMove> Moved, ImmutableArray<InstanceMove> Waiting, ImmutableArray<NodeLoss> Losses);
