namespace Portal.Core.Data;

/// <summary>A host name claimed by an app; the primary key makes it unique over all tenants.</summary>
internal sealed class DomainRow : ITenantRow
{
    public required string Host { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid AppId { get; init; }

    public required bool IsDefault { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
