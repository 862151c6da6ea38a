namespace Portal.Core.Data;

/// <summary>A Kubernetes cluster added by kubeconfig: a team's own, or everybody's when it has no team. Its credentials are sealed.</summary>
internal sealed class ClusterRow
{
    public required Guid Id { get; init; }

    /// <summary>The team it belongs to; null for a cluster of the platform, which every team may use.</summary>
    public Guid? TeamId { get; init; }

    public required string Name { get; set; }

    /// <summary>Where its API is, without credentials: <c>https://host:port</c>.</summary>
    public required string Server { get; set; }

    /// <summary>What leads to it and proves who asks, sealed under team, id and <see cref="Revision"/>.</summary>
    public required byte[] Credentials { get; set; }

    /// <summary>Counts the kubeconfigs it has had; connections of an older one are given up.</summary>
    public required int Revision { get; set; }

    /// <summary>The class its ingress controller serves; null for the cluster's default class.</summary>
    public string? IngressClass { get; set; }

    public required string Version { get; set; }

    /// <summary>Why it could not be asked the last time; empty when it answered.</summary>
    public required string Problem { get; set; }

    /// <summary>The rights that the credentials lack, such as <c>create deployments.apps</c>.</summary>
    public required string[] Missing { get; set; }

    /// <summary>Whether it answers placement reviews, as a cluster run by Portal does.</summary>
    public required bool HasPlacement { get; set; }

    /// <summary>Whether it says what instances use (metrics.k8s.io).</summary>
    public required bool HasUsage { get; set; }

    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>When it last answered.</summary>
    public DateTimeOffset? HeardAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
