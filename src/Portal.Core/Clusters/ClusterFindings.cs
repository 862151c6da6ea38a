namespace Portal.Core.Clusters;

/// <summary>What asking a cluster showed.</summary>
/// <param name="Problem">Why it could not be asked; empty when it answered.</param>
/// <param name="Version">The version it says it has.</param>
/// <param name="Missing">The rights the credentials lack.</param>
/// <param name="HasPlacement">Whether it answers placement reviews.</param>
/// <param name="HasUsage">Whether it has metrics.k8s.io.</param>
internal sealed record ClusterFindings(string Problem, string Version, string[] Missing, bool HasPlacement, bool HasUsage);
