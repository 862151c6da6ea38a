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

    public DateTimeOffset? DeletingAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
