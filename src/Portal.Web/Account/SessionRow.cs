namespace Portal.Web.Account;

/// <summary>A session in the profile's list.</summary>
public sealed record SessionRow(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, string Browser, string? Peer);
