using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using Portal.Identity.Sessions;

namespace Portal.Identity.Server;

/// <summary>Removes expired sessions, tokens and authorizations once an hour, so that the tables stay bounded.</summary>
internal sealed class Pruning(SessionRegistry sessions, IServiceScopeFactory scopes, TimeProvider time, ILogger<Pruning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Redeemed tokens are kept this long: their second use must still be recognised.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The database may be away for a while; the next hour tries again, whatever the reason was.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                logger.PruneFailed(error);
            }
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await sessions.PruneAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var threshold = time.GetUtcNow() - Kept;
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(threshold, cancellationToken);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(threshold, cancellationToken);
    }
}
