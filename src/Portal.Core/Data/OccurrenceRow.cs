namespace Portal.Core.Data;

/// <summary>Something that people may want to hear of, written in the transaction in which it happened. Rows that are not processed are the outbox of notifications.</summary>
internal sealed class OccurrenceRow : ITenantRow
{
    public long Id { get; init; }

    public required Guid TeamId { get; init; }

    public required string Scope { get; init; }

    public required string Type { get; init; }

    public required string Message { get; init; }

    public int? Release { get; init; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? ProcessedAt { get; set; }
}
