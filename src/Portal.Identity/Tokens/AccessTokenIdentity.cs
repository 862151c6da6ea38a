namespace Portal.Identity.Tokens;

/// <summary>Whom a valid token stands for, as the account is now.</summary>
/// <param name="UserId">Account id.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="Name">Display name.</param>
/// <param name="PlatformRoles">Names out of <see cref="PlatformRoleNames"/>, sorted.</param>
/// <param name="SessionId">The session of an OpenID Connect access token; null for API tokens.</param>
/// <param name="ApiTokenId">The API token's id; null for access tokens.</param>
/// <param name="ExpiresAt">When the token ends by itself.</param>
/// <param name="Scope">The place the token is narrowed to, <c>team[/project[/environment]]</c>; null when it is not.</param>
/// <param name="Rights">The rights the token is narrowed to, separated by commas; null when it is not.</param>
public sealed record AccessTokenIdentity(
    Guid UserId, string Email, string Name, IReadOnlyList<string> PlatformRoles, Guid? SessionId, Guid? ApiTokenId, DateTimeOffset ExpiresAt, string? Scope = null, string? Rights = null);
