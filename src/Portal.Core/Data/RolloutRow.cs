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

    /// <summary>Which of the strategy's weights holds, from 0; -1 before the first.</summary>
    public int Step { get; set; } = -1;

    /// <summary>Since when the weight has been healthy.</summary>
    public DateTimeOffset? StepSince { get; set; }

    /// <summary>The weight that holds, in percent.</summary>
    public int Weight { get; set; }

    /// <summary>When the first object was written.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The digest of the image that its instances were seen to run.</summary>
    public string? Digest { get; set; }

    /// <summary>Who approved or rejected it.</summary>
    public string? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Whether a release equal to the last good one is still to be made, now that this one has ended badly.</summary>
    public bool RecoveryDue { get; set; }
}
