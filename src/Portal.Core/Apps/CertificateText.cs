using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Core.Apps;

/// <summary>A certificate chain and its key as one PEM text: how it is stored, sealed like every secret.</summary>
internal static class CertificateText
{
    private const string KeyBegins = "-----BEGIN ";

    public static string Join(string chain, string key) => $"{chain.Trim()}\n{key.Trim()}\n";

    public static (string Chain, string Key) Split(string text)
    {
        // The key comes last: the chain's own blocks all say CERTIFICATE.
        var at = text.LastIndexOf(KeyBegins, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[at..]);
    }

    /// <summary>What is wrong with a certificate for a host, or null; and until when it is valid.</summary>
    public static (string? Fault, DateTimeOffset Until) Check(string chain, string key, string host, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(chain, key);
            var until = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            if (until <= now) return ($"The certificate ended on {until:yyyy-MM-dd}.", until);
            return (certificate.MatchesHostname(host) ? null : $"The certificate is not for {host}.", until);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The exception's own words may quote the input.
            return ("Certificate and key must be PEM texts, belong together, and the key must have no passphrase.", default);
        }
    }
}
