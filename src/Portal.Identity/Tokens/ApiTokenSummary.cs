namespace Portal.Identity.Tokens;

/// <summary>An API token as lists show it.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Name">Name given by its owner.</param>
/// <param name="Prefix">First characters of the token, to recognise it by.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="LastUsedAt">Last use, to the minute; null when never used.</param>
/// <param name="Scope">The place it is narrowed to; null when it is not.</param>
/// <param name="Rights">The rights it is narrowed to, separated by commas; null when it is not.</param>
/// <param name="RevokedAt">When it was revoked; null while it is not.</param>
public sealed record ApiTokenSummary(
    Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? Scope = null, string? Rights = null);
