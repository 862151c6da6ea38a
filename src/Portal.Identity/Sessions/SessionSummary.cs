namespace Portal.Identity.Sessions;

/// <summary>A session as its owner sees it in the list.</summary>
internal sealed record SessionSummary(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, string? UserAgent, string? Peer);
