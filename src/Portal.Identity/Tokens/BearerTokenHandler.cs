using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portal.Identity.Tokens;

/// <summary>Scheme <see cref="PortalAuthentication.ApiTokenScheme"/>: bearer tokens in the Authorization header, nowhere else (URLs end in logs).</summary>
internal sealed class BearerTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IAccessTokenReader reader)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
            return AuthenticateResult.NoResult();
        if (header.Count > 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("A bearer token is needed.");

        var identity = await reader.ReadAsync(value[Prefix.Length..].Trim(), Context.RequestAborted);
        return identity is null
            ? AuthenticateResult.Fail("The token is not valid.")
            : AuthenticateResult.Success(new AuthenticationTicket(Principal(identity), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = result.Failure is null ? "Bearer" : "Bearer error=\"invalid_token\"";
    }

    private ClaimsPrincipal Principal(AccessTokenIdentity token)
    {
        var identity = new ClaimsIdentity(Scheme.Name, PortalClaims.Name, PortalClaims.PlatformRole);
        identity.AddClaim(new Claim(PortalClaims.Subject, token.UserId.ToString()));
        identity.AddClaim(new Claim(PortalClaims.Email, token.Email));
        identity.AddClaim(new Claim(PortalClaims.Name, token.Name));
        if (token.SessionId is { } session)
            identity.AddClaim(new Claim(PortalClaims.SessionId, session.ToString()));
        if (token.ApiTokenId is { } id)
            identity.AddClaim(new Claim(PortalClaims.ApiTokenId, id.ToString()));
        if (token.Scope is { } scope)
            identity.AddClaim(new Claim(PortalClaims.TokenScope, scope));
        if (token.Rights is { } rights)
            identity.AddClaim(new Claim(PortalClaims.TokenRights, rights));
        foreach (var role in token.PlatformRoles)
            identity.AddClaim(new Claim(PortalClaims.PlatformRole, role));
        return new ClaimsPrincipal(identity);
    }
}
