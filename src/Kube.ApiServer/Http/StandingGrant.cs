using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Http;

/// <summary>
/// Asks again and again, while a long answer lasts, whether its credential still stands for the same user and whether the user may still have it; when not, the answer
/// ends. A token that was revoked or a role that was lost thereby closes open watches and logs within five seconds.
/// </summary>
internal sealed class StandingGrant(RequestAuthenticator authenticator, AuthorizerChain authorizers, TimeProvider time, ILogger<StandingGrant> logger)
{
    /// <summary>With what token readers keep for two seconds this stays below the five in which a revoked credential must be gone.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>Serves with an <see cref="HttpContext.RequestAborted"/> that also ends with the grant.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="attributes">What was granted when it began.</param>
    /// <param name="actsFor">From the one who is authenticated to the user of <paramref name="attributes"/>: impersonation.</param>
    /// <param name="serve">Gives the answer.</param>
    public async Task ServeAsync(HttpContext http, AuthorizationAttributes attributes, Func<UserInfo, UserInfo> actsFor, Func<Task> serve)
    {
        var client = http.RequestAborted;
        using var granted = CancellationTokenSource.CreateLinkedTokenSource(client);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(client);
        http.RequestAborted = granted.Token;
        var watching = WatchAsync(http, attributes, actsFor, granted, over.Token);
        try
        {
            await serve().ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            http.RequestAborted = client;
        }
    }

    private async Task WatchAsync(HttpContext http, AuthorizationAttributes attributes, Func<UserInfo, UserInfo> actsFor, CancellationTokenSource granted, CancellationToken over)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                if (await StandsAsync(http, attributes, actsFor, over).ConfigureAwait(false))
                    continue;
                Log.GrantEnded(logger, attributes.User.Name, attributes.Verb, attributes.Resource);
                await granted.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The answer is complete, or the client has gone.
        }
    }

    private async ValueTask<bool> StandsAsync(HttpContext http, AuthorizationAttributes attributes, Func<UserInfo, UserInfo> actsFor, CancellationToken cancellationToken)
    {
        try
        {
            if (await authenticator.AuthenticateAsync(http).ConfigureAwait(false) is not { } user || actsFor(user) is not { } acting || acting.Name != attributes.User.Name)
                return false;
            return (await authorizers.AuthorizeAsync(attributes with { User = acting }, cancellationToken).ConfigureAwait(false)).Verdict == AuthorizationVerdict.Allow;
        }
        catch (ApiStatusException)
        {
            return false;
        }
#pragma warning disable CA1031 // Who cannot be asked has not said no: a database that is away for a moment must not cut every watch of the cluster.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.GrantUnknown(logger, attributes.User.Name, e);
            return true;
        }
    }
}
