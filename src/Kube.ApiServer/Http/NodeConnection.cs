using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>
/// Talks to node agents over mutual TLS: shows the kubelet client certificate, and accepts only a certificate of the cluster's authority
/// whose name is <c>system:node:NAME</c> of the node asked for.
/// </summary>
internal sealed class NodeConnection(IObjectStore store, ApiServerOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _clients = new(StringComparer.Ordinal);
    private readonly Lazy<X509Certificate2> _authority = new(() => X509CertificateLoader.LoadCertificateFromFile(options.CaCertificatePath));
    private readonly Lazy<X509Certificate2> _identity = new(() => LoadIdentity(options));

    /// <summary>Asks a node; the answer's body streams.</summary>
    public async Task<HttpResponseMessage> GetAsync(string nodeName, string pathAndQuery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        return await SendAsync(nodeName, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request whose address is a path alone. A request to upgrade is answered with 101 and a body that is written as well as read, or with a refusal.</summary>
    public async Task<HttpResponseMessage> SendAsync(string nodeName, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (store.Get(new ObjectKey("nodes", "", nodeName)) is null)
            throw Refusal.NotFound(new GroupResource("", "nodes"), nodeName);
        var (address, port) = AddressOf(nodeName) ?? throw Refusal.Unavailable($"node {nodeName} has not said where its agent listens");
        var client = _clients.GetOrAdd(nodeName, Connect);
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        request.RequestUri = new Uri($"https://{host}:{port}{request.RequestUri}");
        try
        {
            return await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Refusal.Unavailable($"node {nodeName} cannot be reached at {host}:{port}: {e.Message}");
        }
    }

    /// <summary>Where a node's agent listens; null when there is no such node, or it has not said.</summary>
    public (string Host, int Port)? AddressOf(string nodeName)
    {
        if (store.Get(new ObjectKey("nodes", "", nodeName)) is not { } stored)
            return null;
        var status = DocumentReader.Read(stored.Json.Span).Object("status");
        var address = status.Objects("addresses").FirstOrDefault(a => a.Text("type") == "InternalIP").Text("address");
        var port = status.Object("daemonEndpoints").Object("kubeletEndpoint").Integer("Port");
        return string.IsNullOrEmpty(address) || port is not (> 0 and <= 65535) ? null : (address, (int)port);
    }

    /// <summary>Lets go of the connections to a node that is no more.</summary>
    public void Forget(string nodeName)
    {
        if (_clients.TryRemove(nodeName, out var client))
            client.Dispose();
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        if (_authority.IsValueCreated)
            _authority.Value.Dispose();
        if (_identity.IsValueCreated)
            _identity.Value.Dispose();
    }

    private static X509Certificate2 LoadIdentity(ApiServerOptions options)
    {
        if (options.KubeletClientCertificatePath.Length == 0)
            throw Refusal.Unavailable("this server has no certificate for talking to nodes");
        return X509Certificate2.CreateFromPemFile(options.KubeletClientCertificatePath, options.KubeletClientKeyPath);
    }

    private HttpMessageInvoker Connect(string nodeName)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [_identity.Value],
                // The name to check is the node's identity, not its address.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && IsNode(certificate, nodeName),
            },
        };
        return new HttpMessageInvoker(handler);
    }

    // A terminal may be silent for hours: that its node still lives is TCP's business.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsNode(X509Certificate certificate, string nodeName)
    {
        using var shown = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority.Value);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        return chain.Build(shown) && shown.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == $"system:node:{nodeName}";
    }
}
