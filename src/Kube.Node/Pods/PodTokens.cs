using System.Collections.Concurrent;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>
/// Tokens of the service accounts of this node's pods, each bound to its pod; renewed after four fifths of their life or a day, whichever is less, as
/// https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken promises.
/// </summary>
internal sealed class PodTokens(IKubernetes client, TimeProvider time)
{
    private static readonly TimeSpan LongestUse = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<(string Uid, string? Audience, long Seconds), Entry> _tokens = new();

    /// <summary>A token that is good for a while.</summary>
    /// <exception cref="ContainerStartException">The API server refused, or is away and no token is left.</exception>
    public async Task<string> GetAsync(V1Pod pod, string? audience, long seconds, CancellationToken ct)
    {
        var key = (pod.Metadata.Uid, audience, seconds);
        var now = time.GetUtcNow();
        var known = _tokens.GetValueOrDefault(key);
        if (known is not null && now < known.Renew)
            return known.Token;
        try
        {
            var fresh = await AskAsync(pod, audience, seconds, now, ct).ConfigureAwait(false);
            _tokens[key] = fresh;
            return fresh.Token;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.UnprocessableEntity or System.Net.HttpStatusCode.BadRequest)
        {
            throw Fault($"no token for service account {pod.Spec.ServiceAccountName}: {e.Response.Content}", e);
        }
        catch (Exception e) when (e is HttpRequestException or HttpOperationException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // The server is away: what is still good goes on.
            return known is not null && now < known.Ends ? known.Token : throw Fault($"no token for service account {pod.Spec.ServiceAccountName}: {e.Message}", e);
        }
    }

    /// <summary>Forgets the tokens of a pod that is gone.</summary>
    public void Forget(string podUid)
    {
        foreach (var key in _tokens.Keys.Where(k => k.Uid == podUid))
            _tokens.TryRemove(key, out _);
    }

    private async Task<Entry> AskAsync(V1Pod pod, string? audience, long seconds, DateTimeOffset now, CancellationToken ct)
    {
        var request = new Authenticationv1TokenRequest
        {
            Spec = new V1TokenRequestSpec
            {
                Audiences = audience is null ? [] : [audience],
                ExpirationSeconds = seconds,
                BoundObjectRef = new V1BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        var answer = await client.CoreV1.CreateNamespacedServiceAccountTokenAsync(request, pod.Spec.ServiceAccountName ?? "default", pod.Metadata.NamespaceProperty, cancellationToken: ct).ConfigureAwait(false);
        // The server may have given another life than asked for.
        var ends = answer.Status.ExpirationTimestamp is { } end ? new DateTimeOffset(end.ToUniversalTime()) : now.AddSeconds(seconds);
        var use = (ends - now) * 0.8;
        return new Entry(answer.Status.Token, now + (use < LongestUse ? use : LongestUse), ends);
    }

    private static ContainerStartException Fault(string message, Exception cause) => new(ContainerStartException.ConfigError, message, cause);

    private sealed record Entry(string Token, DateTimeOffset Renew, DateTimeOffset Ends);
}
