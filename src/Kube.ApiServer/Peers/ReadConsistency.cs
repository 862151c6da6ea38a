using System.Globalization;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Peers;

/// <summary>
/// What a read must wait for before it is answered from memory, by its resourceVersion: none means everything acknowledged by now, 0 means whatever
/// there is, N means not older than N. See https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
/// </summary>
internal sealed class ReadConsistency(IObjectStore store)
{
    // As long as kube-apiserver waits for its watch cache.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Waits.</summary>
    /// <param name="http">The request.</param>
    /// <param name="verb">Its API verb; anything but get, list and watch waits for nothing.</param>
    /// <exception cref="ApiStatusException">504 when the resourceVersion is not reached in time.</exception>
    /// <exception cref="StoreUnavailableException">Whether there is something newer cannot be told now.</exception>
    public ValueTask WaitAsync(HttpContext http, string verb)
    {
        if (verb is not ("get" or "list" or "watch")) return ValueTask.CompletedTask;
        var query = http.Request.Query;
        var version = query["resourceVersion"].ToString();
        var revision = 0L;
        if (query["continue"].ToString() is { Length: > 0 } token) revision = ListContinuation.Parse(token)?.Revision ?? 0;
        else if (version.Length == 0) return store.CatchUpAsync(http.RequestAborted);
        else if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out revision)) return ValueTask.CompletedTask;
        return revision <= store.Revision ? ValueTask.CompletedTask : new ValueTask(ReachAsync(revision, verb, http.RequestAborted));
    }

    private async Task ReachAsync(long revision, string verb, CancellationToken cancellationToken)
    {
        // A watch from the future is legal: it stays silent until the future has come.
        if (await store.ReachAsync(revision, Patience, cancellationToken).ConfigureAwait(false) || verb == "watch") return;
        throw new ApiStatusException(new ApiStatus(504, "Timeout", $"Timeout: Too large resource version: {revision}, current: {store.Revision}")
        {
            RetryAfterSeconds = 1,
            Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", null)],
        });
    }
}
