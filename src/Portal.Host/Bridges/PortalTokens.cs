using Kube.ApiServer.Authentication;
using Portal.Identity.Tokens;

namespace Portal.Host.Bridges;

/// <summary>Lets people use the Kubernetes API with the tokens they use elsewhere: API tokens and access tokens of the OpenID Connect server.</summary>
internal sealed class PortalTokens(ConsoleServices console) : ITokenAuthenticator
{
    /// <summary>Key of the account's id in <see cref="UserInfo.Extra"/>.</summary>
    public const string UserId = "portal/user-id";

    /// <summary>Key of the platform roles in <see cref="UserInfo.Extra"/>.</summary>
    public const string PlatformRoles = "portal/platform-roles";

    /// <summary>Key of the place a token is narrowed to in <see cref="UserInfo.Extra"/>.</summary>
    public const string Scope = "portal/token-scope";

    /// <summary>Key of the rights a token is narrowed to in <see cref="UserInfo.Extra"/>.</summary>
    public const string Rights = "portal/token-rights";

    public async ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken)
    {
        if (console.Find<IAccessTokenReader>() is not { } reader || await reader.ReadAsync(bearerToken, cancellationToken) is not { } identity)
            return null;
        var extra = new Dictionary<string, string[]>
        {
            [UserId] = [identity.UserId.ToString()],
            // A token that is narrowed carries none of its owner's power over the platform.
            [PlatformRoles] = identity is { Scope: null, Rights: null } ? [.. identity.PlatformRoles] : [],
        };
        if (identity.Scope is { } scope)
            extra[Scope] = [scope];
        if (identity.Rights is { } rights)
            extra[Rights] = [rights];
        return new UserInfo(identity.Email, identity.UserId.ToString(), ["portal:people", "system:authenticated"], extra);
    }
}
