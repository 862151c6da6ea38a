using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Portal.Identity.Persistence;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Identity.Server;

/// <summary>Registers the embedded OpenID Connect server and the validation of its tokens.</summary>
internal static class OpenIddictServerSetup
{
    /// <summary>Audience of access tokens for the portal's REST and Kubernetes APIs; also the scope that asks for it.</summary>
    public const string PortalResource = "portal";

    private static readonly TimeSpan RefreshTokenLifetime = TimeSpan.FromDays(7);

    public static void Add(IServiceCollection services)
    {
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<IdentityDbContext>().ReplaceDefaultEntities<Guid>())
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris(ConnectPaths.Authorize)
                    .SetTokenEndpointUris(ConnectPaths.Token)
                    .SetUserInfoEndpointUris(ConnectPaths.UserInfo)
                    .SetEndSessionEndpointUris(ConnectPaths.EndSession)
                    .SetIntrospectionEndpointUris(ConnectPaths.Introspect)
                    .SetRevocationEndpointUris(ConnectPaths.Revoke);
                server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange();
                server.RegisterScopes(Scopes.OpenId, Scopes.Email, Scopes.Profile, Scopes.OfflineAccess, PortalResource);
                server.RegisterClaims(PortalClaims.Subject, PortalClaims.Email, PortalClaims.Name, PortalClaims.PlatformRole, PortalClaims.SessionId);
                // Signed but readable, so that a real Kubernetes API server can verify them by the published keys.
                server.DisableAccessTokenEncryption();
                // A refresh token is used once; a second use revokes the whole family.
                server.SetRefreshTokenReuseLeeway(TimeSpan.Zero).SetRefreshTokenLifetime(RefreshTokenLifetime);
                server.UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough();
                server.AddEventHandler<OpenIddictServerEvents.ValidateTokenContext>(handler => handler
                    .UseSingletonHandler<RefuseEndedSession>()
                    .SetOrder(OpenIddictServerHandlers.Protection.ValidateAuthorizationEntry.Descriptor.Order + 500));
            })
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.EnableTokenEntryValidation();
                validation.EnableAuthorizationEntryValidation();
                validation.AddAudiences(PortalResource);
            });

        services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<PortalIdentityOptions>, KeyFiles>((server, identity, keys) =>
        {
            server.Issuer = identity.Value.PublicUrl;
            server.AccessTokenLifetime = identity.Value.AccessTokenLifetime;
            server.SigningCredentials.Add(new SigningCredentials(new X509SecurityKey(keys.SigningCertificate), SecurityAlgorithms.RsaSha256));
            server.EncryptionCredentials.Add(new EncryptingCredentials(
                new X509SecurityKey(keys.EncryptionCertificate), SecurityAlgorithms.RsaOAEP, SecurityAlgorithms.Aes256CbcHmacSha512));
        });
        // Plain http only where the options' validator has allowed the public URL to be http.
        services.AddOptions<OpenIddictServerAspNetCoreOptions>().Configure<IOptions<PortalIdentityOptions>>((server, identity) =>
            server.DisableTransportSecurityRequirement = !identity.Value.IsHttps);
        services.AddSingleton<RefuseEndedSession>();
    }
}
