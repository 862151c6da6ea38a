using System.Net.WebSockets;
using k8s;

namespace Portal.Core.Clusters;

/// <summary>Opens WebSockets (terminals) over the connection's own handler, so that they go through the same checks of address and certificate as everything else.</summary>
internal sealed class ClusterSockets(HttpMessageHandler handler) : WebSocketBuilder
{
    // The handler has the certificate already.
    public override WebSocketBuilder AddClientCertificate(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) => this;

    public override async Task<WebSocket> BuildAndConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        // Set by the client for sockets of its own; with a handler the handler's check decides.
        Options.RemoteCertificateValidationCallback = null;
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await WebSocket.ConnectAsync(uri, invoker, cancellationToken);
        return WebSocket;
    }
}
