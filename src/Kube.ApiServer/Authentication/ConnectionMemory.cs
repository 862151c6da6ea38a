using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// What has been found out about a connection's certificate, once for all its requests. The items of a connection are a plain dictionary and the streams of
/// HTTP/2 come at the same time, so each access takes its lock.
/// </summary>
internal static class ConnectionMemory
{
    /// <summary>What was remembered under a key; null when nothing was.</summary>
    public static object? Recall(HttpContext http, Type key)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
            return null;
        lock (items)
            return items.TryGetValue(key, out var known) ? known : null;
    }

    /// <summary>Remembers a finding for as long as the connection lasts.</summary>
    public static void Remember(HttpContext http, Type key, object finding)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
            return;
        lock (items)
            items[key] = finding;
    }
}
