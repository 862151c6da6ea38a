using System.Collections.Immutable;

namespace Portal.Core.Clusters;

/// <summary>The cluster an environment targets, when it is not the embedded engine.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="State">How it stands.</param>
/// <param name="Problem">Why it could not be asked the last time; empty when it answered.</param>
/// <param name="Lacks">What of the portal is not available there.</param>
public sealed record TargetView(string Name, ClusterState State, string Problem, ImmutableArray<ClusterLack> Lacks);
