using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Identity;

namespace Portal.Web.Account;

/// <summary>Adds the console's sign-in and the account pages. Needs <see cref="PortalIdentityServices.AddPortalIdentity"/>.</summary>
public static class PortalAccountExtensions
{
    /// <summary>The OpenID Connect client of the console, the pages around it, and circuits that end with their session. Call after AddPortalWeb.</summary>
    public static IServiceCollection AddPortalAccount(this IServiceCollection services)
    {
        services.AddAuthentication().AddOpenIdConnect(PortalAuthentication.OidcScheme, _ => { });
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OidcClient>();
        services.AddSingleton<OidcEvents>();
        services.AddSingleton<SelfBackchannel>();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.Replace(ServiceDescriptor.Scoped<AuthenticationStateProvider, SessionAuthenticationStateProvider>());
        services.AddScoped<CircuitHandler, SessionCircuitHandler>();
        return services;
    }

    /// <summary>Maps set-up, sign-in, sign-out, the profile and the OpenID Connect endpoints.</summary>
    public static IEndpointRouteBuilder MapPortalAccount(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPortalIdentity();
        SignInEndpoints.Map(endpoints);
        SetupEndpoints.Map(endpoints);
        ProfileEndpoints.Map(endpoints);
        return endpoints;
    }
}
