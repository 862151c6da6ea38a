using Portal.Core.Notifications;

namespace Portal.Core.Data;

/// <summary>Where a team wants to hear of what happens, and of what. The target's secret is sealed.</summary>
internal sealed class NotificationChannelRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public required string Name { get; set; }

    public required ChannelKind Kind { get; init; }

    /// <summary>The address: sealed, since the address of a chat's webhook is its credential.</summary>
    public required byte[] Target { get; set; }

    /// <summary>What may be shown of the target.</summary>
    public required string Shown { get; set; }

    public byte[]? Secret { get; set; }

    public required string[] Events { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FailingSince { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public required string DisabledReason { get; set; }
}
