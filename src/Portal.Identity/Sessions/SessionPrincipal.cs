using System.Security.Claims;

namespace Portal.Identity.Sessions;

/// <summary>Turns a session into claims and back.</summary>
internal static class SessionPrincipal
{
    public static ClaimsPrincipal Create(SessionState state, string authenticationType)
    {
        var identity = new ClaimsIdentity(authenticationType, PortalClaims.Name, PortalClaims.PlatformRole);
        identity.AddClaim(new Claim(PortalClaims.Subject, state.UserId.ToString()));
        identity.AddClaim(new Claim(PortalClaims.SessionId, state.SessionId.ToString()));
        identity.AddClaim(new Claim(PortalClaims.Email, state.Email));
        identity.AddClaim(new Claim(PortalClaims.Name, state.Name));
        foreach (var role in state.PlatformRoles)
            identity.AddClaim(new Claim(PortalClaims.PlatformRole, role));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>True when the claims still say what the account says.</summary>
    public static bool Agrees(ClaimsPrincipal principal, SessionState state) =>
        principal.FindFirst(PortalClaims.Email)?.Value == state.Email
        && principal.FindFirst(PortalClaims.Name)?.Value == state.Name
        && principal.FindFirst(PortalClaims.Subject)?.Value == state.UserId.ToString()
        && principal.FindAll(PortalClaims.PlatformRole).Select(claim => claim.Value).Order(StringComparer.Ordinal)
            .SequenceEqual(state.PlatformRoles.Order(StringComparer.Ordinal));
}
