namespace Portal.Identity.Persistence;

/// <summary>An API token at rest: its SHA-256, never the token.</summary>
internal sealed class ApiToken
{
    public Guid Id { get; set; }

    public Guid AccountId { get; set; }

    public string Name { get; set; } = "";

    /// <summary>The token's first characters, for lookup and for people to recognise it.</summary>
    public string Prefix { get; set; } = "";

    public byte[] Hash { get; set; } = [];

    /// <summary>The place it is narrowed to, as <c>team[/project[/environment]]</c>; null for every place of its owner.</summary>
    public string? Scope { get; set; }

    /// <summary>The rights it is narrowed to, separated by commas; null for every right of its owner.</summary>
    public string? Rights { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
