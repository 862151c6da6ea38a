namespace Kube.Machinery.Certificates;

/// <summary>A certificate and the private key made for it.</summary>
/// <param name="CertificatePem">The certificate, PEM.</param>
/// <param name="PrivateKeyPem">The private key, PKCS#8 PEM.</param>
public sealed record IssuedCertificate(string CertificatePem, string PrivateKeyPem)
{
    /// <summary>Certificate without key material, for logs.</summary>
    public override string ToString() => "IssuedCertificate (key withheld)";
}
