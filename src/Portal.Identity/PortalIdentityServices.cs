using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Identity.Accounts;
using Portal.Identity.Edge;
using Portal.Identity.Persistence;
using Portal.Identity.Server;
using Portal.Identity.Sessions;
using Portal.Identity.Setup;
using Portal.Identity.SignIn;
using Portal.Identity.Tokens;

namespace Portal.Identity;

/// <summary>Composition of the identity room.</summary>
public static class PortalIdentityServices
{
    private const int MinPasswordLength = 12;

    /// <summary>Accounts, sessions, tokens and the OpenID Connect server. The use cases (<see cref="CreateUser"/>, <see cref="CreateApiToken"/>,
    /// ...) and <see cref="IAccessTokenReader"/> also work in a provider whose hosted services never start. The schema must have been migrated.</summary>
    public static IServiceCollection AddPortalIdentity(this IServiceCollection services, Action<PortalIdentityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PortalIdentityOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PortalIdentityOptions>, PortalIdentityOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddDbContextFactory<IdentityDbContext>((provider, builder) =>
            IdentityDbContext.Configure(builder, provider.GetRequiredService<IOptions<PortalIdentityOptions>>().Value.ConnectionString));
        services.AddIdentityCore<Account>(ConfigureAccounts).AddRoles<IdentityRole<Guid>>().AddEntityFrameworkStores<IdentityDbContext>();
        AddDataProtection(services);
        AddUseCases(services);
        OpenIddictServerSetup.Add(services);
        AddAuthentication(services);
        services.AddHostedService<FirstSetupStart>();
        services.AddHostedService<ConsoleClient>();
        services.AddHostedService<Pruning>();
        return services;
    }

    /// <summary>Security headers, origin check, authentication, authorization and antiforgery, in this order. Call once, before mapping endpoints.</summary>
    public static IApplicationBuilder UsePortalIdentity(this IApplicationBuilder app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<CanonicalAddress>();
        app.UseMiddleware<SameOrigin>();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        return app;
    }

    /// <summary>The endpoints of the OpenID Connect server below <c>/connect</c>.</summary>
    public static IEndpointRouteBuilder MapPortalIdentity(this IEndpointRouteBuilder endpoints)
    {
        ConnectEndpoints.Map(endpoints);
        return endpoints;
    }

    // NIST SP 800-63B-4: length counts, composition rules do not.
    private static void ConfigureAccounts(IdentityOptions options)
    {
        options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = "";
        options.Password.RequiredLength = MinPasswordLength;
        options.Password.RequiredUniqueChars = 5;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
        options.Lockout.MaxFailedAccessAttempts = 5;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
    }

    private static void AddDataProtection(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Portal").PersistKeysToDbContext<IdentityDbContext>();
        services.TryAddSingleton<KeyFiles>();
        services.AddOptions<KeyManagementOptions>().Configure<KeyFiles>((options, keys) => options.XmlEncryptor = new KeyFileXmlEncryptor(keys));
    }

    private static void AddUseCases(IServiceCollection services)
    {
        services.AddSingleton<SetupCodeFile>();
        services.AddSingleton<FirstSetup>();
        services.AddSingleton<AttemptLimiter>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<SessionCookieEvents>();
        services.AddSingleton<ChangePassword>();
        services.AddSingleton<ExternalAccounts>();
        services.AddScoped<AccountWriter>();
        services.AddSingleton<ApiTokenReader>();
        services.AddSingleton<IAccessTokenReader, AccessTokenReader>();
        // Public use cases have internal constructors, which the container does not see.
        services.AddSingleton(p => new AccountDirectory(Contexts(p)));
        services.AddSingleton(p => new CreateUser(p.GetRequiredService<IServiceScopeFactory>(), p.GetRequiredService<SetupCodeFile>(), Time(p), Logger<CreateUser>(p)));
        services.AddSingleton(p => new CreateApiToken(Contexts(p), p.GetRequiredService<IOptions<PortalIdentityOptions>>(), Time(p), Logger<CreateApiToken>(p)));
        services.AddSingleton(p => new ListApiTokens(Contexts(p)));
        services.AddSingleton(p => new RevokeApiToken(Contexts(p), p.GetRequiredService<ApiTokenReader>(), Time(p), Logger<RevokeApiToken>(p)));
    }

    private static void AddAuthentication(IServiceCollection services)
    {
        services.AddAuthentication(PortalAuthentication.CookieScheme)
            .AddCookie(PortalAuthentication.CookieScheme)
            .AddCookie(PortalAuthentication.ServerScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerTokenHandler>(PortalAuthentication.ApiTokenScheme, displayName: null, configureOptions: null)
            .AddPolicyScheme(PortalAuthentication.RestScheme, displayName: null, options =>
            {
                options.ForwardDefaultSelector = http => http.Request.Headers.Authorization.Count > 0
                    ? PortalAuthentication.ApiTokenScheme : PortalAuthentication.CookieScheme;
                options.ForwardChallenge = PortalAuthentication.ApiTokenScheme;
                options.ForwardForbid = PortalAuthentication.ApiTokenScheme;
            });
        AddCookie(services, PortalAuthentication.CookieScheme, CookieNames.Portal, ConnectPaths.Login);
        AddCookie(services, PortalAuthentication.ServerScheme, CookieNames.Server, ConnectPaths.SignIn);
        services.AddAntiforgery();
        services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>().Configure<IOptions<PortalIdentityOptions>>((antiforgery, identity) =>
        {
            Shape(antiforgery.Cookie, identity.Value, CookieNames.Antiforgery);
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(PortalAuthentication.RestPolicy, policy => policy.AddAuthenticationSchemes(PortalAuthentication.RestScheme).RequireAuthenticatedUser())
            .AddPolicy(PortalAuthentication.PagePolicy, policy => policy.AddAuthenticationSchemes(PortalAuthentication.CookieScheme).RequireAuthenticatedUser());
    }

    private static void AddCookie(IServiceCollection services, string scheme, string name, string loginPath) =>
        services.AddOptions<CookieAuthenticationOptions>(scheme).Configure<IOptions<PortalIdentityOptions>>((cookie, identity) =>
        {
            Shape(cookie.Cookie, identity.Value, name);
            cookie.EventsType = typeof(SessionCookieEvents);
            // The session registry decides about the end; the cookie only must not outlive it.
            cookie.ExpireTimeSpan = identity.Value.SessionLifetime;
            cookie.SlidingExpiration = false;
            cookie.LoginPath = loginPath;
            cookie.LogoutPath = ConnectPaths.Logout;
            cookie.AccessDeniedPath = ConnectPaths.AccessDenied;
            cookie.ReturnUrlParameter = "returnUrl";
        });

    internal static void Shape(CookieBuilder cookie, PortalIdentityOptions options, string name)
    {
        cookie.Name = options.CookieName(name);
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = options.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.Path = "/";
        cookie.IsEssential = true;
    }

    private static IDbContextFactory<IdentityDbContext> Contexts(IServiceProvider provider) => provider.GetRequiredService<IDbContextFactory<IdentityDbContext>>();

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static ILogger<T> Logger<T>(IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
