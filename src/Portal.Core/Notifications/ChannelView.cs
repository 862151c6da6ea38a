namespace Portal.Core.Notifications;

/// <summary>Where a team hears of what happens.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name in the team.</param>
/// <param name="Kind">How it is reached.</param>
/// <param name="Target">The target as far as it may be shown: a mail address, or the host of a webhook.</param>
/// <param name="Events">The types it hears of.</param>
/// <param name="Project">The only project it hears of, or null.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="FailingSince">Since when nothing has come through, or null.</param>
/// <param name="DisabledAt">When it was disabled, or null.</param>
/// <param name="DisabledReason">Why; empty while enabled.</param>
public sealed record ChannelView(
    Guid Id, string Name, ChannelKind Kind, string Target, IReadOnlyList<string> Events, string? Project, DateTimeOffset CreatedAt, DateTimeOffset? FailingSince, DateTimeOffset? DisabledAt,
    string DisabledReason);
