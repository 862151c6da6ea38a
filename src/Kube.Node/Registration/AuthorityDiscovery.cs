using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube.Machinery.Certificates;

namespace Kube.Node.Registration;

/// <summary>
/// Gets the cluster's authority from a server that is not trusted yet, and accepts it only when its public key has the pinned hash.
/// Nothing secret is sent before that. The authority comes with the handshake, or as PEM from <c>/cacerts</c> where the
/// server's TLS stack leaves the root out of the chain it sends (.NET on Linux does).
/// </summary>
internal static class AuthorityDiscovery
{
    private const string Document = "/cacerts";

    /// <summary>Asks the first of a cluster's servers that can be reached.</summary>
    /// <returns>The authority's certificate, PEM.</returns>
    /// <exception cref="InvalidOperationException">The server shows no authority with that hash.</exception>
    public static async Task<string> FindAsync(IReadOnlyList<string> servers, string hash, CancellationToken ct)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await FindAsync(new Uri(servers[i]), hash, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (i + 1 < servers.Count && e is SocketException or HttpRequestException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // That one is away: another will do.
            }
        }
    }

    /// <returns>The authority's certificate, PEM.</returns>
    /// <exception cref="InvalidOperationException">The server shows no authority with that hash.</exception>
    public static async Task<string> FindAsync(Uri server, string hash, CancellationToken ct)
    {
        if (await FromHandshakeAsync(server, hash, ct).ConfigureAwait(false) is { } sent)
            return sent;
        if (await FromDocumentAsync(server, hash, ct).ConfigureAwait(false) is { } published)
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

    private static async Task<string?> FromDocumentAsync(Uri server, string hash, CancellationToken ct)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, Document));
        using var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false));
        }
        catch (CryptographicException)
        {
            return null;
        }

        return authorities.FirstOrDefault(c => Matches(c, hash))?.ExportCertificatePem();
    }

    private static bool Matches(X509Certificate2 certificate, string hash) =>
        CertificateAuthority.HashOf(certificate) == hash
        && certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(b => b.CertificateAuthority);
}
