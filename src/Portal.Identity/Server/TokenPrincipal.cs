using System.Collections.Immutable;
using System.Security.Claims;
using OpenIddict.Abstractions;
using Portal.Identity.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Identity.Server;

/// <summary>What goes into the tokens of a session.</summary>
internal static class TokenPrincipal
{
    public static ClaimsPrincipal Create(SessionState session, ImmutableArray<string> scopes)
    {
        var principal = SessionPrincipal.Create(session, "Portal.Token");
        principal.SetScopes(scopes);
        if (scopes.Contains(OpenIddictServerSetup.PortalResource))
            principal.SetResources(OpenIddictServerSetup.PortalResource);
        principal.SetClaim(Claims.AuthenticationTime, session.CreatedAt.ToUnixTimeSeconds());
        principal.SetDestinations(claim => Destinations(claim, scopes));
        return principal;
    }

    private static IEnumerable<string> Destinations(Claim claim, ImmutableArray<string> scopes)
    {
        switch (claim.Type)
        {
            case PortalClaims.Email when !scopes.Contains(Scopes.Email):
            case PortalClaims.Name when !scopes.Contains(Scopes.Profile):
            case PortalClaims.PlatformRole when !scopes.Contains(Scopes.Profile) && !scopes.Contains(OpenIddictServerSetup.PortalResource):
                yield break;
            default:
                yield return OpenIddictConstants.Destinations.AccessToken;
                yield return OpenIddictConstants.Destinations.IdentityToken;
                break;
        }
    }
}
