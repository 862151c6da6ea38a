using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Kube.Machinery.Certificates;

namespace Kube.Node.Registration;

/// <summary>
/// Gets the cluster's authority from a server that is not trusted yet, and accepts it only when its public key has the pinned hash.
/// Nothing secret is sent before that. The authority comes with the handshake, or from the public cluster-info ConfigMap where the
/// server's TLS stack leaves the root out of the chain it sends (.NET on Linux does).
/// </summary>
internal static class AuthorityDiscovery
{
    private const string ClusterInfo = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

    /// <returns>The authority's certificate, PEM.</returns>
    /// <exception cref="InvalidOperationException">The server shows no authority with that hash.</exception>
    public static async Task<string> FindAsync(Uri server, string hash, CancellationToken ct)
    {
        if (await FromHandshakeAsync(server, hash, ct).ConfigureAwait(false) is { } sent)
            return sent;
        if (await FromClusterInfoAsync(server, hash, ct).ConfigureAwait(false) is { } published)
            return published;
        throw new InvalidOperationException($"JoinToken: {server} shows no certificate authority with the pinned hash {hash}: the join string belongs to another cluster, or something stands between");
    }

    private static async Task<string?> FromHandshakeAsync(Uri server, string hash, CancellationToken ct)
    {
        string? found = null;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, server.Port, ct).ConfigureAwait(false);
        await using var network = new NetworkStream(socket, ownsSocket: false);
        await using var tls = new SslStream(network);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = server.Host,
                RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                {
                    found = chain?.ChainPolicy.ExtraStore.Concat(chain.ChainElements.Select(e => e.Certificate)).FirstOrDefault(c => Matches(c, hash))?.ExportCertificatePem();
                    return certificate is not null;
                },
            },
            ct).ConfigureAwait(false);
        return found;
    }

    private static async Task<string?> FromClusterInfoAsync(Uri server, string hash, CancellationToken ct)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, ClusterInfo));
        using var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            return null;
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false));
        // data.kubeconfig holds "certificate-authority-data: <base64 of PEM>".
        if (!document.RootElement.TryGetProperty("data", out var data) || !data.TryGetProperty("kubeconfig", out var kubeconfig))
            return null;
        var line = kubeconfig.GetString()?.Split('\n').FirstOrDefault(l => l.Contains("certificate-authority-data:", StringComparison.Ordinal));
        if (line is null)
            return null;
        try
        {
            var pem = System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim().Trim('"')));
            var store = new X509Certificate2Collection();
            store.ImportFromPem(pem);
            return store.FirstOrDefault(c => Matches(c, hash))?.ExportCertificatePem();
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static bool Matches(X509Certificate2 certificate, string hash) =>
        CertificateAuthority.HashOf(certificate) == hash
        && certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(b => b.CertificateAuthority);
}
