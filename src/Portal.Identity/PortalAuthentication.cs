namespace Portal.Identity;

/// <summary>Names of the authentication schemes and policies of the portal, for hosts and endpoints.</summary>
public static class PortalAuthentication
{
    /// <summary>Cookie of a person signed in to the console (claims: see <see cref="PortalClaims"/>).</summary>
    public const string CookieScheme = "Portal.Cookie";

    /// <summary>The OpenID Connect client through which the console signs in.</summary>
    public const string OidcScheme = "Portal.Oidc";

    /// <summary>Cookie of the session at the embedded OpenID Connect server.</summary>
    public const string ServerScheme = "Portal.Server";

    /// <summary>Bearer tokens: API tokens (<c>ptl_...</c>) and access tokens of the embedded server.</summary>
    public const string ApiTokenScheme = "Portal.ApiToken";

    /// <summary>What REST endpoints use: the bearer token when there is an Authorization header, otherwise the cookie. Answers 401, never a redirect.</summary>
    public const string RestScheme = "Portal.Rest";

    /// <summary>Authorization policy: any signed-in person by <see cref="RestScheme"/>.</summary>
    public const string RestPolicy = "Portal.Rest";

    /// <summary>Authorization policy: any person signed in by <see cref="CookieScheme"/>.</summary>
    public const string PagePolicy = "Portal.Page";
}
