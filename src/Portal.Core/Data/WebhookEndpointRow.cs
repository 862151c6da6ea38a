namespace Portal.Core.Data;

/// <summary>A webhook endpoint with its sealed signing secret and, during rotation, the former one.</summary>
internal sealed class WebhookEndpointRow : ITenantRow
{
    public required string Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid AppId { get; init; }

    public required string Description { get; init; }

    public required byte[] Secret { get; set; }

    public byte[]? FormerSecret { get; set; }

    public DateTimeOffset? FormerUntil { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
