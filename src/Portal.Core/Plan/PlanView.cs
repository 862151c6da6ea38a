using System.Collections.Immutable;
using Portal.Core.Clusters;
using Portal.Core.Placements;

namespace Portal.Core.Plan;

/// <summary>What a declaration would change, exactly.</summary>
/// <param name="Id">Names the plan when it is carried out; covers the present state and the wish, so it goes stale when either changes.</param>
/// <param name="Release">The number the release would get.</param>
/// <param name="Changes">Every object, changed ones first.</param>
/// <param name="Replaces">Whether instances would be replaced.</param>
public sealed record PlanView(string Id, int Release, IReadOnlyList<ObjectChange> Changes, bool Replaces)
{
    /// <summary>What would keep it from being carried out: refusals by the cluster's rules, shortages of the team's quota. Empty when nothing would.</summary>
    public ImmutableArray<PlanProblem> Problems { get; init; } = [];

    /// <summary>The cluster it is for, with what is not available there; null for the embedded engine.</summary>
    public TargetView? Cluster { get; init; }

    /// <summary>Where the instances would go; null when the plan has none.</summary>
    public PlacementView? Placement { get; init; }
}
