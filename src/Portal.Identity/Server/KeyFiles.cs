using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Portal.Identity.Server;

/// <summary>The keys outside the database: made at first start, kept for good, shared by all servers of an installation.</summary>
internal sealed class KeyFiles(IOptions<PortalIdentityOptions> options, TimeProvider time)
{
    private const int RsaBits = 3072;
    private const int Years = 20;

    public X509Certificate2 SigningCertificate => Certificate("oidc-signing.pfx", "Portal token signing", X509KeyUsageFlags.DigitalSignature);

    public X509Certificate2 EncryptionCertificate => Certificate("oidc-encryption.pfx", "Portal token encryption", X509KeyUsageFlags.KeyEncipherment);

    /// <summary>32 bytes that encrypt the data-protection keys in the database.</summary>
    public byte[] DataProtectionKey
    {
        get
        {
            var key = PrivateFile.ReadOrCreate(PathOf("data-protection.key"), () => RandomNumberGenerator.GetBytes(32));
            return key.Length == 32 ? key : throw new InvalidDataException($"{PathOf("data-protection.key")} is damaged: 32 bytes are expected.");
        }
    }

    private X509Certificate2 Certificate(string file, string name, X509KeyUsageFlags usage) =>
        X509CertificateLoader.LoadPkcs12(PrivateFile.ReadOrCreate(PathOf(file), () => Create(name, usage)), password: null);

    private byte[] Create(string name, X509KeyUsageFlags usage)
    {
        using var key = RSA.Create(RsaBits);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddYears(Years));
        return certificate.Export(X509ContentType.Pkcs12);
    }

    private string PathOf(string file) => Path.Combine(options.Value.KeysDirectory, file);
}
