using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Kube.ApiServer.Authentication.ServiceAccounts;

/// <summary>The RSA key that signs service-account tokens; made at the first start, kept for good, shared by all servers of a cluster.</summary>
internal sealed class ServiceAccountKey : IDisposable
{
    private const int Bits = 2048;
    private readonly RSA _rsa;

    public ServiceAccountKey(ApiServerOptions options)
    {
        _rsa = RSA.Create();
        _rsa.ImportFromPem(ReadOrCreate(options.ServiceAccountKeyFile));
        // As Kubernetes names its keys: by the hash of the public half, so that a new key never passes for an old one.
        var id = Base64UrlEncoder.Encode(SHA256.HashData(_rsa.ExportSubjectPublicKeyInfo()));
        Key = new RsaSecurityKey(_rsa) { KeyId = id };
        Signing = new SigningCredentials(Key, SecurityAlgorithms.RsaSha256);
        var publicHalf = _rsa.ExportParameters(includePrivateParameters: false);
        Modulus = Base64UrlEncoder.Encode(publicHalf.Modulus);
        Exponent = Base64UrlEncoder.Encode(publicHalf.Exponent);
    }

    public RsaSecurityKey Key { get; }

    public SigningCredentials Signing { get; }

    public string Modulus { get; }

    public string Exponent { get; }

    public void Dispose() => _rsa.Dispose();

    private static string ReadOrCreate(string path)
    {
        if (File.Exists(path))
            return File.ReadAllText(path);
        using var made = RSA.Create(Bits);
        var file = path + ".new";
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(file, options))
        using (var writer = new StreamWriter(stream))
            writer.Write(made.ExportPkcs8PrivateKeyPem());
        try
        {
            // Of two servers that start at once, one makes the key.
            File.Move(file, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(file);
        }

        return File.ReadAllText(path);
    }
}
