using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Portal.Identity;
using Portal.Identity.Server;

namespace Portal.Web.Account;

/// <summary>The console is an ordinary OpenID Connect client: code flow with PKCE, against the embedded server or any other provider.</summary>
internal sealed class OidcClient(IOptions<PortalIdentityOptions> identity, SelfBackchannel self) : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name != PortalAuthentication.OidcScheme)
            return;
        var portal = identity.Value;
        var authority = portal.Authority ?? portal.PublicUrl!;
        options.Authority = authority.ToString();
        options.RequireHttpsMetadata = authority.Scheme == Uri.UriSchemeHttps;
        options.ClientId = portal.ClientId;
        options.ClientSecret = portal.ClientSecret;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // A GET answer lets the correlation cookies be SameSite=Lax; form_post would need None, which plain http cannot have.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.MapInboundClaims = false;
        options.SaveTokens = false;
        options.Scope.Clear();
        options.Scope.Add("openid");
        options.Scope.Add("profile");
        options.Scope.Add("email");
        options.SignInScheme = PortalAuthentication.CookieScheme;
        options.SignOutScheme = PortalAuthentication.CookieScheme;
        options.CallbackPath = ConnectPaths.Callback;
        options.SignedOutCallbackPath = ConnectPaths.SignedOutCallback;
        options.SignedOutRedirectUri = ConnectPaths.SignedOut;
        options.RemoteSignOutPath = PathString.Empty;
        options.TokenValidationParameters.NameClaimType = PortalClaims.Name;
        options.TokenValidationParameters.RoleClaimType = PortalClaims.PlatformRole;
        options.EventsType = typeof(OidcEvents);
        if (portal.IsEmbedded)
            options.BackchannelHttpHandler = self;
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.HttpOnly = true;
            cookie.SecurePolicy = portal.PublicUrl!.Scheme == Uri.UriSchemeHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        }
    }

    public void Configure(OpenIdConnectOptions options)
    {
        // Only the named scheme is configured.
    }
}
