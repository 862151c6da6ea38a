using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using Portal.Identity.Persistence;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Identity.Server;

/// <summary>Registers the console as a client of the embedded server at every start, so that a changed public URL takes effect.</summary>
internal sealed class ConsoleClient(IServiceScopeFactory scopes, IOptions<PortalIdentityOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.IsEmbedded)
            return;
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(hashtext('portal.identity.console-client'))", cancellationToken);
        var descriptor = Describe();
        if (await applications.FindByClientIdAsync(options.Value.ClientId, cancellationToken) is { } existing)
            await applications.UpdateAsync(existing, descriptor, cancellationToken);
        else
            await applications.CreateAsync(descriptor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private OpenIddictApplicationDescriptor Describe()
    {
        var url = options.Value.PublicUrl!;
        return new OpenIddictApplicationDescriptor
        {
            ClientId = options.Value.ClientId,
            ClientSecret = options.Value.ClientSecret,
            ClientType = options.Value.ClientSecret is null ? ClientTypes.Public : ClientTypes.Confidential,
            ApplicationType = ApplicationTypes.Web,
            ConsentType = ConsentTypes.Implicit,
            DisplayName = "Portal",
            RedirectUris = { new Uri(url, ConnectPaths.Callback) },
            PostLogoutRedirectUris = { new Uri(url, ConnectPaths.SignedOutCallback) },
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.Token,
                Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.ResponseTypes.Code,
                Permissions.Scopes.Email,
                Permissions.Scopes.Profile,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
    }
}
