namespace Portal.Core.Clusters;

/// <summary>Something of the portal that a cluster does not give.</summary>
/// <param name="Feature">What, such as <c>Placement dry run and what-if</c>.</param>
/// <param name="Why">Why, and what to do instead, in a sentence.</param>
public sealed record ClusterLack(string Feature, string Why);
