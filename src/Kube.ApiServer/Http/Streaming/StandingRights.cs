using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;

namespace Kube.ApiServer.Http.Streaming;

/// <summary>Asks again, for as long as a stream lasts, whether its owner is still somebody and may still have it.</summary>
internal sealed class StandingRights(RequestAuthenticator authenticator, AuthorizerChain authorizers, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>The right a stream of a pod rests on.</summary>
    public static AuthorizationAttributes Attributes(ResourceRequest request) =>
        new(request.User, "create", request.Path.Group, request.Path.Resource, request.Path.Subresource, request.Path.Namespace, request.Path.Name, "");

    /// <summary>Cancels <paramref name="life"/> at most five seconds after the credentials or the right have gone; ends when that is cancelled by somebody else.</summary>
    public async Task WatchAsync(ResourceRequest request, CancellationTokenSource life)
    {
        var attributes = Attributes(request);
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(life.Token).ConfigureAwait(false)
                && await authenticator.AuthenticateAsync(request.Http).ConfigureAwait(false) is not null
                && (await authorizers.AuthorizeAsync(attributes, life.Token).ConfigureAwait(false)).Verdict == AuthorizationVerdict.Allow)
            {
                // Still his.
            }
        }
        finally
        {
            // Also when nobody can say: what cannot be confirmed does not go on.
            await life.CancelAsync().ConfigureAwait(false);
        }
    }
}
