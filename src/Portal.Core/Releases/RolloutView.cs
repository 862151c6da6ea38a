namespace Portal.Core.Releases;

/// <summary>A release on its way to running.</summary>
/// <param name="Release">The release's number.</param>
/// <param name="State">Where it is.</param>
/// <param name="Message">What it waits for or why it failed; empty when there is nothing to say.</param>
/// <param name="CreatedAt">When it was queued.</param>
/// <param name="UpdatedAt">When the state or message last changed.</param>
/// <param name="Deadline">When it fails unless it is live.</param>
public sealed record RolloutView(int Release, RolloutState State, string Message, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset Deadline);
