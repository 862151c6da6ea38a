namespace Portal.Identity.Sessions;

/// <summary>A session that is valid now, with its account as it is now.</summary>
/// <param name="SessionId">Session id, the <c>sid</c> claim.</param>
/// <param name="UserId">Account id.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="Name">Display name.</param>
/// <param name="PlatformRoles">Names out of <see cref="PlatformRoleNames"/>, sorted.</param>
/// <param name="CreatedAt">When the person signed in.</param>
/// <param name="ExpiresAt">When the session ends at the latest.</param>
internal sealed record SessionState(
    Guid SessionId, Guid UserId, string Email, string Name, IReadOnlyList<string> PlatformRoles, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
