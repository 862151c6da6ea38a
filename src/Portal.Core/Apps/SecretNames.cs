namespace Portal.Core.Apps;

/// <summary>The names secrets are stored under: a variable's own name, or <c>tls/host</c> for the certificate of a domain.</summary>
internal static class SecretNames
{
    private const string CertificatePrefix = "tls/";

    public static string Certificate(string host) => CertificatePrefix + host;

    // A variable's name has no slash.
    public static bool IsCertificate(string name) => name.StartsWith(CertificatePrefix, StringComparison.Ordinal);

    public static string HostOf(string name) => name[CertificatePrefix.Length..];
}
