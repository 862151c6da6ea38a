using System.Net.Sockets;

namespace Kube.Machinery.Client;

/// <summary>
/// Sends each request to one of several servers of a cluster: it stays with the one that answers and moves to the next when that one is gone. A request that
/// cannot have reached a server is sent to the next at once, whatever it does; one that may have is left to its caller, who alone knows whether to repeat it.
/// </summary>
internal sealed class ServerFailover : DelegatingHandler
{
    private readonly Uri[] _servers;
    private volatile int _current;

    /// <summary>A way to some servers.</summary>
    /// <param name="servers">Their addresses, the first to be tried first; at least one.</param>
    public ServerFailover(IEnumerable<string> servers) => _servers = [.. servers.Select(s => new Uri(s)).Distinct()];

    /// <summary>The server that is asked now.</summary>
    public Uri Current => _servers[_current];

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        for (var tries = 1; ; tries++)
        {
            var current = _current;
            request.RequestUri = new Uri(_servers[current], path);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Of many requests that fail in one moment, only the first moves on.
                Interlocked.CompareExchange(ref _current, (current + 1) % _servers.Length, current);
                if (tries == _servers.Length || !IsUnsent(e))
                {
                    throw;
                }
            }
        }
    }

    // Time is up for a connection, not for the request: that would be the caller's own token.
    private static bool IsUnsent(Exception e) =>
        e is OperationCanceledException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
}
