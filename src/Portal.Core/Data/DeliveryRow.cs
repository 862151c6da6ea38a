using Portal.Core.Deliveries;

namespace Portal.Core.Data;

/// <summary>A delivery as received. Rows that are pending are the delivery worker's outbox.</summary>
internal sealed class DeliveryRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required string EndpointId { get; init; }

    public required string WebhookId { get; init; }

    public required DeliveryState State { get; set; }

    public required string Reason { get; set; }

    public required string Type { get; set; }

    public required byte[] Body { get; init; }

    public int? Release { get; set; }

    public int Repeats { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public DateTimeOffset? ProcessedAt { get; set; }
}
