using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage.Encryption;

/// <summary>
/// The keys that wrap data keys, read from a file outside the database. The file may change while the server runs: a new first line is used
/// within a second, and a key that is asked for and missing makes the file be read again.
/// </summary>
internal sealed class EncryptionKeyring
{
    /// <summary>Bytes of a key: AES-256.</summary>
    public const int KeySize = 32;

    /// <summary>How long a changed file may stay unnoticed.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile KeyFile _file;
    private long _looked;

    private EncryptionKeyring(string path, KeyFile file, TimeProvider time) => (_path, _file, _time, _looked) = (path, file, time, time.GetTimestamp());

    /// <summary>The id of the key that encrypts.</summary>
    public string CurrentId
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _looked)) > Notice) Refresh();
            return _file.CurrentId;
        }
    }

    /// <summary>The ids of all keys, the one that encrypts first.</summary>
    public IReadOnlyList<string> Ids => _file.Ids;

    /// <summary>The key of an id.</summary>
    /// <exception cref="StoreStartException">The file has no such key.</exception>
    public byte[] Key(string id)
    {
        if (_file.Keys.TryGetValue(id, out var key)) return key;
        Refresh();
        return _file.Keys.TryGetValue(id, out key)
            ? key
            : throw new StoreStartException($"A secret is encrypted with the key \"{id}\", which {_path} does not have: restore the key file that belongs to this database.");
    }

    /// <summary>Reads the key file, or creates it with one fresh key.</summary>
    /// <exception cref="StoreStartException">The file is malformed, or others than its owner may read it.</exception>
    public static EncryptionKeyring Open(string path, ILogger logger, TimeProvider? time = null)
    {
        if (!File.Exists(path))
        {
            KeyFile.Fresh().Write(path, overwrite: false);
            StoreLog.KeyFileCreated(logger, path);
        }

        return new EncryptionKeyring(path, KeyFile.Read(path), time ?? TimeProvider.System);
    }

    /// <summary>Reads the file again if it has changed; one that cannot be read is left for later, the known keys still hold.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            Volatile.Write(ref _looked, _time.GetTimestamp());
            try
            {
                if (File.GetLastWriteTimeUtc(_path) != _file.WrittenAt) _file = KeyFile.Read(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Between two renames, or out of reach for a moment.
            }
        }
    }
}
