using System.Security.Cryptography;

namespace Portal.Core.Audit;

/// <summary>The key that signs checkpoints, ECDSA on P-256 in a file beside the key for secrets: who can write the database alone cannot make a checkpoint.</summary>
internal sealed class AuditKey : IDisposable
{
    private readonly ECDsa _key;

    public AuditKey(PortalCoreOptions options)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.SecretKeyFile))!, "audit-signing.key");
        if (!File.Exists(path)) Create(path);
        _key = ECDsa.Create();
        _key.ImportFromPem(File.ReadAllText(path));
        PublicKey = _key.ExportSubjectPublicKeyInfoPem();
        Id = Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()))[..16];
    }

    /// <summary>The first 16 hex digits of SHA-256 over the public key.</summary>
    public string Id { get; }

    /// <summary>The public key in PEM.</summary>
    public string PublicKey { get; }

    /// <summary>Signs the head of a chain.</summary>
    public byte[] Sign(Guid team, long sequence, byte[] hash, DateTimeOffset at) =>
        _key.SignData(Statement(team, sequence, hash, at), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Whether this key signed it.</summary>
    public bool Verify(Guid team, long sequence, byte[] hash, DateTimeOffset at, byte[] signature) =>
        _key.VerifyData(Statement(team, sequence, hash, at), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();

    private static byte[] Statement(Guid team, long sequence, byte[] hash, DateTimeOffset at) =>
        CanonicalJson.Of(("at", CanonicalJson.Time(at)), ("hash", Convert.ToHexStringLower(hash)), ("sequence", sequence), ("team", team.ToString()));

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, System.Text.Encoding.ASCII, options)) writer.Write(key.ExportPkcs8PrivateKeyPem() + "\n");
        try
        {
            // A second process that starts at the same moment must not replace a key already in use.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
