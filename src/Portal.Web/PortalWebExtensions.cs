using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Web.Endpoints;
using Portal.Web.Language;
using Portal.Web.Live;
using Portal.Web.Ui;

namespace Portal.Web;

/// <summary>Adds the console to a host and maps it.</summary>
public static class PortalWebExtensions
{
    /// <summary>Adds the console's components and the services of a circuit. The host also adds Portal.Core, Portal.Identity and authentication.</summary>
    public static IServiceCollection AddPortalWeb(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.AddHttpContextAccessor();
        services.AddPortalApi();
        services.TryAddScoped<CurrentActor>();
        services.TryAddScoped<Toasts>();
        services.TryAddScoped<Work>();
        services.TryAddSingleton<Drain>();
        return services;
    }

    /// <summary>Gives every request the reader's language. Call before authentication, so that sign-in pages have it too.</summary>
    public static IApplicationBuilder UsePortalWeb(this IApplicationBuilder app) => app.UseRequestLocalization(Languages.Configure);

    /// <summary>Maps the console's pages and assets. Call after <c>UseAuthentication</c>, <c>UseAuthorization</c> and <c>UseAntiforgery</c>.</summary>
    public static IEndpointRouteBuilder MapPortalWeb(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapStaticAssets();
        endpoints.MapRazorComponents<Layout.App>().AddInteractiveServerRenderMode();
        return endpoints;
    }
}
