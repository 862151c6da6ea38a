using System.Buffers.Binary;

namespace Kube.Machinery;

/// <summary>
/// The randomness that is no secret: jitter, uids, generated names. It has one door, so that a simulation can put a seeded source behind it and
/// replay what happened. Keys, tokens and nonces come from <see cref="System.Security.Cryptography.RandomNumberGenerator"/> and never from here.
/// </summary>
public static class Randomness
{
    /// <summary>Where it comes from.</summary>
    public static Random Source { get; internal set; } = Random.Shared;

    /// <summary>A new identity: a random UUID (RFC 9562, version 4).</summary>
    public static Guid NewId()
    {
        if (ReferenceEquals(Source, Random.Shared))
        {
            return Guid.NewGuid();
        }

        Span<byte> bytes = stackalloc byte[16];
        Source.NextBytes(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)((BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & 0x0FFF) | 0x4000));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
