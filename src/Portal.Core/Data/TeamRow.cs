namespace Portal.Core.Data;

/// <summary>A team: the tenant itself.</summary>
internal sealed class TeamRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
