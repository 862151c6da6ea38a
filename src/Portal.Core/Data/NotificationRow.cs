using Portal.Core.Notifications;

namespace Portal.Core.Data;

/// <summary>One message to one channel. Rows that are pending are the sender's outbox.</summary>
internal sealed class NotificationRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid ChannelId { get; init; }

    public required string Type { get; init; }

    public required string Scope { get; init; }

    public required string Message { get; init; }

    public int? Release { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required NotificationState State { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset NextAt { get; set; }

    public int? LastStatus { get; set; }

    public required string LastError { get; set; }

    public DateTimeOffset? SentAt { get; set; }
}
