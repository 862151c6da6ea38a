using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>
/// What a backend gets to see. The ingress is the edge: whatever a client says about itself in forwarding headers is replaced, and headers it names in
/// `Connection` end here (RFC 9110, 7.6.1), so that it cannot reach behind the ingress with them or strip what the ingress adds.
/// </summary>
internal sealed class IngressTransformer : HttpTransformer
{
    private static readonly string[] Untrusted =
        ["Forwarded", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Original-Host", "X-Original-URL", "X-Rewrite-URL"];

    /// <inheritdoc/>
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        var request = httpContext.Request;
        var headers = proxyRequest.Headers;
        foreach (var line in request.Headers.Connection)
        {
            foreach (var name in (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase) && !name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
                    headers.Remove(name);
            }
        }
        foreach (var name in Untrusted)
            headers.Remove(name);
        headers.Host = request.Host.Value;
        headers.TryAddWithoutValidation("X-Forwarded-For", ClientAddress(httpContext));
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.Value);
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
    }

    private static string ClientAddress(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        return address?.ToString() ?? "unknown";
    }
}
