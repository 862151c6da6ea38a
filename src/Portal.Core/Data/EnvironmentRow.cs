namespace Portal.Core.Data;

/// <summary>An environment of a project, with the namespace stamped at its creation.</summary>
internal sealed class EnvironmentRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid ProjectId { get; init; }

    public required string Name { get; init; }

    public required bool Protected { get; set; }

    public required string Namespace { get; init; }

    /// <summary>Whether a change waits for another person's approval.</summary>
    public bool Approvals { get; set; }

    /// <summary>For a preview, the environment it was made from.</summary>
    public Guid? PreviewOf { get; init; }

    /// <summary>For a preview, the branch or pull request it shows.</summary>
    public string? PreviewKey { get; init; }

    /// <summary>For a preview, when it goes.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Whether its namespace's quota is still to be written to the cluster.</summary>
    public bool QuotaPending { get; set; }

    /// <summary>The cluster it targets, chosen when it was made; null for the embedded engine.</summary>
    public Guid? ClusterId { get; init; }

    public DateTimeOffset? DeletingAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
