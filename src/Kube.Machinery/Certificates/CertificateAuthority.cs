using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube.Machinery.Certificates;

/// <summary>
/// A private certificate authority with ECDSA P-256 keys. It issues the serving and client certificates of the cluster as
/// described in https://kubernetes.io/docs/setup/best-practices/certificates/: the common name is the user, organisations are the groups.
/// </summary>
public sealed class CertificateAuthority
{
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);
    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        _certificate = certificate;
        _time = time;
    }

    /// <summary>The authority's own certificate, PEM.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>The authority's private key, PKCS#8 PEM. Keep it readable by its owner only.</summary>
    public string PrivateKeyPem
    {
        get
        {
            using var key = _certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <summary>The lower-case hex SHA-256 of the authority's SubjectPublicKeyInfo: what a joining node pins (kubeadm's discovery-token-ca-cert-hash).</summary>
    public string PublicKeyHash => HashOf(_certificate);

    /// <summary>Creates a new self-signed authority valid for ten years.</summary>
    /// <param name="commonName">Subject common name, for instance <c>portal-ca</c>.</param>
    /// <param name="time">Clock for the validity period.</param>
    public static CertificateAuthority Create(string commonName, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName, []), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdate, now.AddYears(10)), time);
    }

    /// <summary>Loads an authority from PEM texts.</summary>
    /// <exception cref="CryptographicException">The texts are no certificate and key, or do not belong together.</exception>
    public static CertificateAuthority FromPem(string certificatePem, string privateKeyPem, TimeProvider time) =>
        new(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem), time);

    /// <summary>The lower-case hex SHA-256 of a certificate's SubjectPublicKeyInfo.</summary>
    public static string HashOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Issues a client certificate with a fresh key.</summary>
    /// <param name="user">Common name, read as the user name.</param>
    /// <param name="groups">Organisations, read as the groups.</param>
    /// <param name="lifetime">Validity from now.</param>
    public IssuedCertificate IssueClient(string user, IReadOnlyCollection<string> groups, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new IssuedCertificate(Sign(Name(user, groups), new PublicKey(key), lifetime, [ClientAuth], null), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Issues a serving certificate (also usable as a client certificate) with a fresh key.</summary>
    /// <param name="commonName">Subject common name.</param>
    /// <param name="hosts">Subject alternative names: DNS names and IP addresses.</param>
    /// <param name="lifetime">Validity from now.</param>
    public IssuedCertificate IssueServing(string commonName, IReadOnlyCollection<string> hosts, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new IssuedCertificate(Sign(Name(commonName, []), new PublicKey(key), lifetime, [ServerAuth, ClientAuth], AlternativeNames(hosts)), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Signs a PKCS#10 request with a subject decided by the caller, never with the one asked for.</summary>
    /// <param name="requestPem">The request; its self-signature is checked (proof of possession).</param>
    /// <param name="user">Common name to certify.</param>
    /// <param name="groups">Organisations to certify.</param>
    /// <param name="hosts">Subject alternative names to certify; empty for a client-only certificate.</param>
    /// <param name="lifetime">Validity from now.</param>
    /// <returns>The certificate, PEM.</returns>
    /// <exception cref="CryptographicException">The request is malformed or its signature does not match its key.</exception>
    public string SignRequest(string requestPem, string user, IReadOnlyCollection<string> groups, IReadOnlyCollection<string> hosts, TimeSpan lifetime)
    {
        var request = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default);
        var usages = hosts.Count == 0 ? new[] { ClientAuth } : [ServerAuth, ClientAuth];
        return Sign(Name(user, groups), request.PublicKey, lifetime, usages, hosts.Count == 0 ? null : AlternativeNames(hosts));
    }

    private static Oid ServerAuth => new("1.3.6.1.5.5.7.3.1");

    private static Oid ClientAuth => new("1.3.6.1.5.5.7.3.2");

    private string Sign(X500DistinguishedName subject, PublicKey publicKey, TimeSpan lifetime, Oid[] usages, X509Extension? alternativeNames)
    {
        var request = new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        if (alternativeNames is not null)
            request.CertificateExtensions.Add(alternativeNames);
        var now = _time.GetUtcNow();
        var end = now + lifetime;
        if (end > _certificate.NotAfter)
            end = _certificate.NotAfter;
        using var key = _certificate.GetECDsaPrivateKey()!;
        using var signed = request.Create(_certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Backdate, end, RandomNumberGenerator.GetBytes(16));
        return signed.ExportCertificatePem();
    }

    private static X500DistinguishedName Name(string commonName, IReadOnlyCollection<string> organisations)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (var organisation in organisations)
            builder.AddOrganizationName(organisation);
        builder.AddCommonName(commonName);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(IReadOnlyCollection<string> hosts)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                builder.AddIpAddress(address);
            else
                builder.AddDnsName(host);
        }

        return builder.Build();
    }
}
