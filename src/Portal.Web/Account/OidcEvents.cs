using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Identity;
using Portal.Identity.Accounts;
using Portal.Identity.Server;
using Portal.Identity.Sessions;

namespace Portal.Web.Account;

/// <summary>Ties the provider's answer to a session in the registry; the cookie then holds that session and the hint for signing out.</summary>
internal sealed class OidcEvents(IOptions<PortalIdentityOptions> options, SessionRegistry sessions, ExternalAccounts externalAccounts) : OpenIdConnectEvents
{
    private const string IdToken = "id_token";
    private const string AuthTime = "auth_time";

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        context.ProtocolMessage.RedirectUri = new Uri(options.Value.PublicUrl!, ConnectPaths.Callback).ToString();
        return Task.CompletedTask;
    }

    public override Task RedirectToIdentityProviderForSignOut(RedirectContext context)
    {
        context.ProtocolMessage.PostLogoutRedirectUri = new Uri(options.Value.PublicUrl!, ConnectPaths.SignedOutCallback).ToString();
        context.ProtocolMessage.IdTokenHint = context.Properties.GetTokenValue(IdToken) ?? context.ProtocolMessage.IdTokenHint;
        return Task.CompletedTask;
    }

    public override async Task TokenValidated(TokenValidatedContext context)
    {
        var http = context.HttpContext;
        var state = options.Value.IsEmbedded
            ? await sessions.FindAsync(context.Principal?.FindFirst(PortalClaims.SessionId)?.Value, http.RequestAborted)
            : await OpenForeignAsync(context, http);
        if (state is null)
        {
            context.Fail("There is no session for this person.");
            return;
        }

        var properties = context.Properties!;
        // OpenID Connect Core 1.0, 2: auth_time is when the person was authenticated, which may be long before this token. A provider that is silent proves nothing.
        context.Principal = SessionPrincipal.Create(state, PortalAuthentication.CookieScheme, context.SecurityToken.Claims.FirstOrDefault(claim => claim.Type == AuthTime)?.Value);
        properties.StoreTokens([new AuthenticationToken { Name = IdToken, Value = context.TokenEndpointResponse!.IdToken }]);
        properties.IsPersistent = false;
        properties.ExpiresUtc = state.ExpiresAt;
    }

    public override Task RemoteFailure(RemoteFailureContext context)
    {
        context.HandleResponse();
        context.Response.Redirect(ConnectPaths.SignInFailed);
        return Task.CompletedTask;
    }

    private async Task<SessionState?> OpenForeignAsync(TokenValidatedContext context, HttpContext http)
    {
        var token = context.SecurityToken;
        var email = context.Principal?.FindFirst(PortalClaims.Email)?.Value;
        var name = context.Principal?.FindFirst(PortalClaims.Name)?.Value;
        if (await externalAccounts.ResolveAsync(token.Issuer, token.Subject, email, name, http.RequestAborted) is not { } account)
            return null;
        var session = await sessions.OpenAsync(account, http.Request.Headers.UserAgent.ToString(), http.Connection.RemoteIpAddress?.ToString(), http.RequestAborted);
        return session is { } id ? await sessions.FindAsync(id, http.RequestAborted) : null;
    }
}
