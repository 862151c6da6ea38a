using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage.Encryption;

/// <summary>The keys that wrap data keys, read from a file outside the database.</summary>
internal sealed class EncryptionKeyring
{
    /// <summary>Bytes of a key: AES-256.</summary>
    public const int KeySize = 32;

    private readonly string _path;
    private readonly Dictionary<string, byte[]> _keys;

    private EncryptionKeyring(string path, string currentId, Dictionary<string, byte[]> keys) => (_path, CurrentId, _keys) = (path, currentId, keys);

    /// <summary>The id of the key that encrypts.</summary>
    public string CurrentId { get; }

    /// <summary>The key of an id.</summary>
    /// <exception cref="StoreStartException">The file has no such key.</exception>
    public byte[] Key(string id) => _keys.TryGetValue(id, out var key)
        ? key
        : throw new StoreStartException($"A secret is encrypted with the key \"{id}\", which {_path} does not have: restore the key file that belongs to this database.");

    /// <summary>Reads the key file, or creates it with one fresh key.</summary>
    /// <exception cref="StoreStartException">The file is malformed, or others than its owner may read it.</exception>
    public static EncryptionKeyring Open(string path, ILogger logger)
    {
        if (!File.Exists(path)) Create(path, logger);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if ((File.GetUnixFileMode(path) & others) != 0) throw new StoreStartException($"The key file {path} can be read or written by others: chmod 600 {path}.");
        }

        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        string? current = null;
        foreach (var line in File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            // 2026-11-24-9f3a 3q2+7w...=
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var key = new byte[KeySize];
            if (parts.Length != 2 || parts[0].Length > 64 || !Convert.TryFromBase64String(parts[1], key, out var length) || length != KeySize || !keys.TryAdd(parts[0], key))
                throw new StoreStartException($"The key file {path} is malformed: each line must be an id of its own and 32 bytes in base64.");
            current ??= parts[0];
        }

        return current is null
            ? throw new StoreStartException($"The key file {path} holds no key: restore it, or remove it if the database holds no secrets.")
            : new EncryptionKeyring(path, current, keys);
    }

    private static void Create(string path, ILogger logger)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var key = RandomNumberGenerator.GetBytes(KeySize);
        // Written whole under another name first: a crash must not leave half a key where a start would find it.
        var fresh = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        using (var file = new FileStream(fresh, options))
        {
            using var writer = new StreamWriter(file);
            writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + " " + Convert.ToBase64String(key));
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: false);
        CryptographicOperations.ZeroMemory(key);
        StoreLog.KeyFileCreated(logger, path);
    }
}
