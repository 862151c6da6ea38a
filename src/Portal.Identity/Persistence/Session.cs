namespace Portal.Identity.Persistence;

/// <summary>One sign-in of one browser. Cookies and tokens carry the id; what is not in this table, or revoked, is not signed in.</summary>
internal sealed class Session
{
    public Guid Id { get; set; }

    public Guid AccountId { get; set; }

    /// <summary>The account's security stamp at sign-in; a changed stamp ends the session.</summary>
    public string Stamp { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? UserAgent { get; set; }

    public string? Peer { get; set; }
}
