using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>Where instances would go, as the cluster's own scheduler says it without placing any.</summary>
/// <param name="Known">Whether the cluster can be asked at all; a Kubernetes cluster that is not Portal's own cannot, and nothing is claimed then.</param>
/// <param name="Fits">Whether all instances have their place and no quota or rule of the cluster refuses them; false while unknown.</param>
/// <param name="Summary">The answer in a sentence or two.</param>
/// <param name="Processes">By process.</param>
public sealed record PlacementView(bool Known, bool Fits, string Summary, ImmutableArray<ProcessPlacement> Processes)
{
    /// <summary>The answer of a cluster that cannot be asked.</summary>
    internal static PlacementView Unknown { get; } =
        new(false, false, "Not available on this cluster: it has no placement reviews, so it cannot be said beforehand where instances would go. Clusters run by Portal itself have them.", []);
}
