using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// Another server process of this cluster that forwards a request says on whose behalf, in the headers <c>X-Remote-User</c>, <c>X-Remote-Uid</c>,
/// <c>X-Remote-Group</c> and <c>X-Remote-Extra-*</c>. They count only on a connection whose client certificate is signed by an authority that signs
/// nothing else. See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#authenticating-proxy.
/// </summary>
internal sealed class FrontProxyAuthenticator : IDisposable
{
    /// <summary>Prefix of the headers of extra information.</summary>
    public const string ExtraPrefix = "X-Remote-Extra-";

    private static readonly object Stranger = new();
    private static readonly object Peer = new();
    private readonly X509Certificate2? _authority;

    public FrontProxyAuthenticator(ApiServerOptions options) =>
        _authority = options.FrontProxyCaCertificatePath.Length == 0 ? null : X509CertificateLoader.LoadCertificateFromFile(options.FrontProxyCaCertificatePath);

    public void Dispose() => _authority?.Dispose();

    /// <summary>Whether the connection is that of another server process.</summary>
    public bool IsPeer(HttpContext http)
    {
        if (_authority is null || http.Connection.ClientCertificate is not { } certificate) return false;
        if (ConnectionMemory.Recall(http, typeof(FrontProxyAuthenticator)) is { } known) return ReferenceEquals(known, Peer);
        var isPeer = IsSigned(certificate);
        ConnectionMemory.Remember(http, typeof(FrontProxyAuthenticator), isPeer ? Peer : Stranger);
        return isPeer;
    }

    /// <summary>The user named by a server process that forwards; null when it is none, or names nobody.</summary>
    public UserInfo? Authenticate(HttpContext http)
    {
        if (!IsPeer(http)) return null;
        var headers = http.Request.Headers;
        if (headers["X-Remote-User"].ToString() is not { Length: > 0 } name) return null;
        var extra = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var header in headers.Where(h => h.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)))
            extra[Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..]).ToLowerInvariant()] = [.. Values(header.Value)];
        return new UserInfo(
            Uri.UnescapeDataString(name),
            Uri.UnescapeDataString(headers["X-Remote-Uid"].ToString()),
            [.. Values(headers["X-Remote-Group"])],
            extra.Count == 0 ? UserInfo.NoExtra : extra);
    }

    /// <summary>Names a user to the server process that leads; every value is percent-encoded, for a name may hold what a header must not.</summary>
    public static void Describe(HttpRequestMessage request, UserInfo user)
    {
        request.Headers.TryAddWithoutValidation("X-Remote-User", Uri.EscapeDataString(user.Name));
        if (user.Uid.Length > 0) request.Headers.TryAddWithoutValidation("X-Remote-Uid", Uri.EscapeDataString(user.Uid));
        foreach (var group in user.Groups) request.Headers.TryAddWithoutValidation("X-Remote-Group", Uri.EscapeDataString(group));
        foreach (var (key, values) in user.Extra)
        {
            foreach (var value in values) request.Headers.TryAddWithoutValidation(ExtraPrefix + Uri.EscapeDataString(key), Uri.EscapeDataString(value));
        }
    }

    // HttpClient sends the values of one header in one line, with commas between; an encoded value holds none.
    private static IEnumerable<string> Values(StringValues lines) =>
        lines.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(Uri.UnescapeDataString);

    private bool IsSigned(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
