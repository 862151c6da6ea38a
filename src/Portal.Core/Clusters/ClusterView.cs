using System.Collections.Immutable;

namespace Portal.Core.Clusters;

/// <summary>A Kubernetes cluster added by kubeconfig. The kubeconfig itself is never shown again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The name in its team, or among the platform's: lower-case letters, digits and hyphens, at most 30.</param>
/// <param name="Team">The team it belongs to; null for a cluster of the platform, which every team may use.</param>
/// <param name="Server">Where its API is, <c>https://host:port</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Version">The version it says it has, such as <c>v1.34.1</c>.</param>
/// <param name="Problem">Why it could not be asked the last time; empty when it answered.</param>
/// <param name="Missing">The rights the credentials lack, such as <c>create deployments.apps</c>.</param>
/// <param name="Lacks">What of the portal it does not give.</param>
/// <param name="Environments">The environments that target it, as far as the asker may know of them: <c>team/project/environment</c>.</param>
/// <param name="IngressClass">The class its ingress controller serves; null for its default class.</param>
/// <param name="CheckedAt">When it was last asked.</param>
/// <param name="HeardAt">When it last answered.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record ClusterView(
    Guid Id, string Name, string? Team, string Server, ClusterState State, string Version, string Problem, ImmutableArray<string> Missing, ImmutableArray<ClusterLack> Lacks,
    ImmutableArray<string> Environments, string? IngressClass, DateTimeOffset? CheckedAt, DateTimeOffset? HeardAt, DateTimeOffset CreatedAt);
