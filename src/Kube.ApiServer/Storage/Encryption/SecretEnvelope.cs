using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kube.ApiServer.Storage.Encryption;

/// <summary>
/// Envelope encryption of Secrets on their way to PostgreSQL: each write has a data key of its own, wrapped by a key of the keyring; both
/// seals (AES-256-GCM) are bound to resource, namespace, name, uid and revision, so that a value moved to another row, or an older one
/// put back, does not open.
/// <code>
/// 1 | length, key id | length, uid | nonce 12, wrapped key 32, tag 16 | nonce 12, tag 16, ciphertext
/// </code>
/// </summary>
internal sealed class SecretEnvelope(EncryptionKeyring keyring)
{
    private const byte Version = 1;
    private const int Nonce = 12;
    private const int Tag = 16;

    /// <summary>True for the resources that are encrypted.</summary>
    public static bool Covers(string resource) => resource == "secrets";

    /// <summary>True when the key that encrypts now wraps the value.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> envelope)
    {
        if (envelope.Length < 2 || envelope[0] != Version || envelope.Length < 2 + envelope[1]) return false;
        TakeText(envelope[1..], out var id);
        return id == keyring.CurrentId;
    }

    /// <summary>Encrypts a version.</summary>
    public byte[] Seal(ObjectKey key, long revision, ReadOnlySpan<byte> json)
    {
        var uid = ObjectDocument.ReadUid(json);
        var bound = BindingOf(key, uid, revision);
        // Once: the file may change at any moment.
        var current = keyring.CurrentId;
        var (id, owner) = (Encoding.UTF8.GetBytes(current), Encoding.UTF8.GetBytes(uid));
        if (owner.Length > byte.MaxValue) throw new ArgumentException("A uid must not be longer than 255 bytes.", nameof(json));
        var result = new byte[1 + 1 + id.Length + 1 + owner.Length + Nonce + EncryptionKeyring.KeySize + Tag + Nonce + Tag + json.Length];
        var rest = result.AsSpan();
        rest[0] = Version;
        rest = PutText(PutText(rest[1..], id), owner);

        Span<byte> dataKey = stackalloc byte[EncryptionKeyring.KeySize];
        RandomNumberGenerator.Fill(dataKey);
        using (var wrap = new AesGcm(keyring.Key(current), Tag))
        {
            RandomNumberGenerator.Fill(rest[..Nonce]);
            wrap.Encrypt(rest[..Nonce], dataKey, rest.Slice(Nonce, dataKey.Length), rest.Slice(Nonce + dataKey.Length, Tag), bound);
            rest = rest[(Nonce + dataKey.Length + Tag)..];
        }

        using (var seal = new AesGcm(dataKey, Tag))
        {
            RandomNumberGenerator.Fill(rest[..Nonce]);
            seal.Encrypt(rest[..Nonce], json, rest[(Nonce + Tag)..], rest.Slice(Nonce, Tag), bound);
        }

        CryptographicOperations.ZeroMemory(dataKey);
        return result;
    }

    /// <summary>Decrypts a version.</summary>
    /// <exception cref="StoreStartException">The key is missing, or the value was not sealed for this key and revision.</exception>
    public byte[] Open(ObjectKey key, long revision, ReadOnlySpan<byte> envelope)
    {
        try
        {
            if (envelope[0] != Version) throw Broken(key, null);
            var rest = TakeText(TakeText(envelope[1..], out var id), out var uid);
            var bound = BindingOf(key, uid, revision);
            Span<byte> dataKey = stackalloc byte[EncryptionKeyring.KeySize];
            using (var wrap = new AesGcm(keyring.Key(id), Tag))
            {
                wrap.Decrypt(rest[..Nonce], rest.Slice(Nonce, dataKey.Length), rest.Slice(Nonce + dataKey.Length, Tag), dataKey, bound);
                rest = rest[(Nonce + dataKey.Length + Tag)..];
            }

            if (rest.Length < Nonce + Tag) throw Broken(key, null);
            var json = new byte[rest.Length - Nonce - Tag];
            using var seal = new AesGcm(dataKey, Tag);
            seal.Decrypt(rest[..Nonce], rest[(Nonce + Tag)..], rest.Slice(Nonce, Tag), json, bound);
            CryptographicOperations.ZeroMemory(dataKey);
            return json;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw Broken(key, e);
        }
    }

    private static StoreStartException Broken(ObjectKey key, Exception? cause) =>
        new($"The secret {key.Namespace}/{key.Name} cannot be decrypted: its row in PostgreSQL was altered, or the key file does not belong to this database.", cause);

    private static byte[] BindingOf(ObjectKey key, string uid, long revision)
    {
        // NUL occurs in none of the names, so no two bindings read the same.
        var names = Encoding.UTF8.GetBytes(string.Join('\0', key.Resource, key.Namespace, key.Name, uid));
        var bound = new byte[names.Length + 1 + sizeof(long)];
        names.CopyTo(bound, 0);
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(names.Length + 1), revision);
        return bound;
    }

    private static Span<byte> PutText(Span<byte> target, byte[] text)
    {
        target[0] = (byte)text.Length;
        text.CopyTo(target[1..]);
        return target[(1 + text.Length)..];
    }

    private static ReadOnlySpan<byte> TakeText(ReadOnlySpan<byte> source, out string text)
    {
        text = Encoding.UTF8.GetString(source.Slice(1, source[0]));
        return source[(1 + source[0])..];
    }
}
