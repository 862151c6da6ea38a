using Portal.Core.Releases;

namespace Portal.Core.Data;

/// <summary>A release on its way to running. Rows in a state that is not final are the rollout worker's outbox.</summary>
internal sealed class RolloutRow : ITenantRow
{
    public required Guid ReleaseId { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid AppId { get; init; }

    public required int Number { get; init; }

    public required RolloutState State { get; set; }

    public required string Message { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required DateTimeOffset Deadline { get; set; }
}
