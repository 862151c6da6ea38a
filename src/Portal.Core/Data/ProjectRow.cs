namespace Portal.Core.Data;

/// <summary>A project of a team.</summary>
internal sealed class ProjectRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required string Name { get; init; }

    public DateTimeOffset? DeletingAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
