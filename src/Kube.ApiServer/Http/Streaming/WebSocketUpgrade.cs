using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube.ApiServer.Http.Streaming;

/// <summary>Accepts a WebSocket (RFC 6455, section 4.2.2). The host's pipeline need not have the WebSocket middleware.</summary>
internal static class WebSocketUpgrade
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static async Task<WebSocket> AcceptAsync(HttpContext http, string? subProtocol)
    {
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        if (http.Request.Headers.SecWebSocketVersion.ToString() != "13" || !Convert.TryFromBase64String(key, new byte[16], out var length) || length != 16)
            throw Refusal.BadRequest("not a WebSocket handshake of version 13");
        var headers = http.Response.Headers;
        headers.Upgrade = "websocket";
#pragma warning disable CA5350 // The protocol's own constant transformation, not protection of anything.
        headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
        if (subProtocol is not null)
            headers.SecWebSocketProtocol = subProtocol;
        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        // The protocol is not told to the WebSocket: .NET takes only a token for one, and Kubernetes has one with a slash.
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            // A client that has gone without a word is noticed within a minute and a half.
            KeepAliveInterval = TimeSpan.FromSeconds(30),
            KeepAliveTimeout = TimeSpan.FromSeconds(60),
        });
    }
}
