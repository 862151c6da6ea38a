using System.Security.Cryptography;

namespace Kube.ApiServer.Storage.Encryption;

/// <summary>The key file as it stood at one moment: a line each, <c>id base64(32 bytes)</c>; the first encrypts.</summary>
internal sealed class KeyFile
{
    private KeyFile(IReadOnlyList<string> ids, IReadOnlyDictionary<string, byte[]> keys, DateTime writtenAt) => (Ids, Keys, WrittenAt) = (ids, keys, writtenAt);

    /// <summary>All ids in the file's order.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The keys.</summary>
    public IReadOnlyDictionary<string, byte[]> Keys { get; }

    /// <summary>When the file was written last, UTC.</summary>
    public DateTime WrittenAt { get; }

    /// <summary>The id of the key that encrypts.</summary>
    public string CurrentId => Ids[0];

    /// <summary>One new key.</summary>
    public static KeyFile Fresh()
    {
        var id = NewId();
        return new KeyFile([id], new Dictionary<string, byte[]> { [id] = RandomNumberGenerator.GetBytes(EncryptionKeyring.KeySize) }, default);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="StoreStartException">It is malformed, or others than its owner may read it.</exception>
    public static KeyFile Read(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if ((File.GetUnixFileMode(path) & others) != 0) throw new StoreStartException($"The key file {path} can be read or written by others: chmod 600 {path}.");
        }

        var writtenAt = File.GetLastWriteTimeUtc(path);
        var ids = new List<string>();
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            // 2026-11-24-9f3a 3q2+7w...=
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var key = new byte[EncryptionKeyring.KeySize];
            if (parts.Length != 2 || parts[0].Length > 64 || !Convert.TryFromBase64String(parts[1], key, out var length) || length != EncryptionKeyring.KeySize || !keys.TryAdd(parts[0], key))
                throw new StoreStartException($"The key file {path} is malformed: each line must be an id of its own and 32 bytes in base64.");
            ids.Add(parts[0]);
        }

        return ids.Count == 0
            ? throw new StoreStartException($"The key file {path} holds no key: restore it, or remove it if the database holds no secrets.")
            : new KeyFile(ids, keys, writtenAt);
    }

    /// <summary>With a new key in front.</summary>
    public KeyFile WithNewKey()
    {
        var fresh = Fresh();
        return new KeyFile([fresh.CurrentId, .. Ids], new Dictionary<string, byte[]>(Keys) { [fresh.CurrentId] = fresh.Keys[fresh.CurrentId] }, default);
    }

    /// <summary>With the first key alone.</summary>
    public KeyFile WithoutOldKeys() => new([CurrentId], new Dictionary<string, byte[]> { [CurrentId] = Keys[CurrentId] }, default);

    /// <summary>Writes it with mode 0600, whole or not at all: a crash must not leave half a key where a start would find it.</summary>
    public void Write(string path, bool overwrite)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var fresh = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        using (var file = new FileStream(fresh, options))
        {
            using var writer = new StreamWriter(file);
            foreach (var id in Ids) writer.WriteLine(id + " " + Convert.ToBase64String(Keys[id]));
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite);
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
}
