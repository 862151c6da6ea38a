using System.Security.Claims;

namespace Portal.Identity.Sessions;

/// <summary>Turns a session into claims and back.</summary>
internal static class SessionPrincipal
{
    /// <param name="state">The session.</param>
    /// <param name="authenticationType">The scheme.</param>
    /// <param name="authenticatedAt">Value of <see cref="PortalClaims.AuthenticatedAt"/>, or null when the provider did not say.</param>
    public static ClaimsPrincipal Create(SessionState state, string authenticationType, string? authenticatedAt = null)
    {
        var identity = new ClaimsIdentity(authenticationType, PortalClaims.Name, PortalClaims.PlatformRole);
        identity.AddClaim(new Claim(PortalClaims.Subject, state.UserId.ToString()));
        identity.AddClaim(new Claim(PortalClaims.SessionId, state.SessionId.ToString()));
        identity.AddClaim(new Claim(PortalClaims.Email, state.Email));
        identity.AddClaim(new Claim(PortalClaims.Name, state.Name));
        foreach (var role in state.PlatformRoles)
            identity.AddClaim(new Claim(PortalClaims.PlatformRole, role));
        if (authenticatedAt is not null)
            identity.AddClaim(new Claim(PortalClaims.AuthenticatedAt, authenticatedAt));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The same person's principal as the account stands now; when they signed in stays.</summary>
    public static ClaimsPrincipal Renew(ClaimsPrincipal former, SessionState state, string authenticationType) =>
        Create(state, authenticationType, former.FindFirst(PortalClaims.AuthenticatedAt)?.Value);

    /// <summary>True when the claims still say what the account says.</summary>
    public static bool Agrees(ClaimsPrincipal principal, SessionState state) =>
        principal.FindFirst(PortalClaims.Email)?.Value == state.Email
        && principal.FindFirst(PortalClaims.Name)?.Value == state.Name
        && principal.FindFirst(PortalClaims.Subject)?.Value == state.UserId.ToString()
        && principal.FindAll(PortalClaims.PlatformRole).Select(claim => claim.Value).Order(StringComparer.Ordinal)
            .SequenceEqual(state.PlatformRoles.Order(StringComparer.Ordinal));
}
