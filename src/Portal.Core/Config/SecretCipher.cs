using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Config;

/// <summary>
/// Seals values with AES-256-GCM under the key of a file outside the database. The associated data binds a value to its tenant, owner, name
/// and version, so a row copied elsewhere does not open. Layout: 4 bytes of the key's hash, 12 of nonce, 16 of tag, then the text.
/// </summary>
internal sealed class SecretCipher
{
    private const int KeyIdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = KeyIdLength + NonceLength + TagLength;

    private readonly byte[] _key;
    private readonly byte[] _keyId;

    public SecretCipher(PortalCoreOptions options)
        : this(LoadKey(options.SecretKeyFile))
    {
    }

    internal SecretCipher(byte[] key)
    {
        _key = key;
        _keyId = SHA256.HashData(key)[..KeyIdLength];
    }

    public byte[] Seal(string value, Guid team, Guid owner, string name, int version)
    {
        var text = Encoding.UTF8.GetBytes(value);
        var box = new byte[Overhead + text.Length];
        _keyId.CopyTo(box, 0);
        var nonce = box.AsSpan(KeyIdLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, text, box.AsSpan(Overhead), box.AsSpan(KeyIdLength + NonceLength, TagLength), Binding(team, owner, name, version));
        return box;
    }

    /// <summary>Opens a sealed value; throws <see cref="CryptographicException"/> when the key is another one or the value was moved or changed.</summary>
    public string Open(byte[] box, Guid team, Guid owner, string name, int version)
    {
        if (box.Length < Overhead || !box.AsSpan(0, KeyIdLength).SequenceEqual(_keyId))
            throw new CryptographicException("A sealed value was made with another key than the one in the key file.");
        var text = new byte[box.Length - Overhead];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(
            box.AsSpan(KeyIdLength, NonceLength), box.AsSpan(Overhead), box.AsSpan(KeyIdLength + NonceLength, TagLength), text, Binding(team, owner, name, version));
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>A keyed hash, so that equal values can be recognised without being guessed.</summary>
    public string Fingerprint(string value) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes("fingerprint\0" + value)))[..12];

    private static byte[] Binding(Guid team, Guid owner, string name, int version) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{team}/{owner}/{name}/{version}"));

    private static byte[] LoadKey(string path)
    {
        if (!File.Exists(path)) CreateKey(path);
        var key = Convert.FromBase64String(File.ReadAllText(path).Trim());
        return key.Length == 32 ? key : throw new CryptographicException($"{path} does not hold a key of 32 bytes in base64.");
    }

    private static void CreateKey(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory) Directory.CreateDirectory(directory);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"));
            file.Flush(flushToDisk: true);
        }

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
