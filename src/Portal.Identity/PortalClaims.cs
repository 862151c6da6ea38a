namespace Portal.Identity;

/// <summary>Claim types in the portal's cookie, ID tokens and access tokens.</summary>
public static class PortalClaims
{
    /// <summary>Account id, a Guid in its 36-character form.</summary>
    public const string Subject = "sub";

    /// <summary>Id of the session the cookie or token belongs to, a Guid.</summary>
    public const string SessionId = "sid";

    /// <summary>E-mail address of the account.</summary>
    public const string Email = "email";

    /// <summary>Display name of the account.</summary>
    public const string Name = "name";

    /// <summary>One claim for each platform role (<see cref="PlatformRoleNames"/>).</summary>
    public const string PlatformRole = "portal:platform";

    /// <summary>When the person last proved who they are to the provider, in seconds since 1970, from the ID token's <c>auth_time</c>. Only the console's cookie carries it:
    /// no token ever does, so that what needs a fresh sign-in is out of reach of tokens.</summary>
    public const string AuthenticatedAt = "portal:authenticated";

    /// <summary>Id of the API token that authenticated the request, a Guid; absent otherwise.</summary>
    public const string ApiTokenId = "portal:token";

    /// <summary>The place the API token is narrowed to, <c>team[/project[/environment]]</c>; absent otherwise.</summary>
    public const string TokenScope = "portal:scope";

    /// <summary>The rights the API token is narrowed to, separated by commas; absent otherwise.</summary>
    public const string TokenRights = "portal:rights";
}
