namespace Portal.Core.Releases;

/// <summary>A release on its way to running.</summary>
/// <param name="Release">The release's number.</param>
/// <param name="State">Where it is.</param>
/// <param name="Message">What it waits for or why it failed; empty when there is nothing to say.</param>
/// <param name="CreatedAt">When it was queued.</param>
/// <param name="UpdatedAt">When the state or message last changed.</param>
/// <param name="Deadline">When it fails unless it is live.</param>
public sealed record RolloutView(int Release, RolloutState State, string Message, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset Deadline)
{
    /// <summary>The share of the traffic that the second set of web instances has, in percent; null when there is no second set.</summary>
    public int? Weight { get; init; }

    /// <summary>When the first object was written; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its final state; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How long it took from its start to its final state.</summary>
    public TimeSpan? Duration => FinishedAt - (StartedAt ?? CreatedAt);

    /// <summary>The image its instances were seen to run, by digest; null before it was live, and for images without one.</summary>
    public string? Digest { get; init; }

    /// <summary>Who approved or rejected it; null where nobody had to.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? DecidedAt { get; init; }
}
