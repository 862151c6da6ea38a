using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Kube.Network.Dns;

/// <summary>
/// The one question of a DNS query (RFC 1035, 4.1). Only what this server needs is read; everything else of the packet goes to the upstream as it came.
/// Own code, because the packages that speak the server's side of DNS bring a resolver, DNSSEC and a cryptography library for these hundred lines.
/// </summary>
/// <param name="Id">The query's id.</param>
/// <param name="RecursionDesired">The query's RD bit.</param>
/// <param name="Name">Lower-case name without a final dot.</param>
/// <param name="Type">Record type.</param>
/// <param name="Class">Record class; 1 is IN.</param>
/// <param name="Section">The question section as it came: answers repeat it with the client's own capitals.</param>
internal sealed record DnsQuestion(ushort Id, bool RecursionDesired, string Name, ushort Type, ushort Class, ReadOnlyMemory<byte> Section)
{
    /// <summary>Length of the header.</summary>
    public const int HeaderLength = 12;

    /// <summary>Type A, an IPv4 address.</summary>
    public const ushort A = 1;

    /// <summary>Type PTR, a name for an address.</summary>
    public const ushort Ptr = 12;

    /// <summary>Type ANY.</summary>
    public const ushort Any = 255;

    /// <summary>Reads a query.</summary>
    /// <returns>False for anything that is not a plain query with exactly one question.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> packet, [NotNullWhen(true)] out DnsQuestion? question)
    {
        question = null;
        var bytes = packet.Span;
        if (bytes.Length < HeaderLength + 5)
            return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        // QR and opcode must be 0: a standard query. An answer is never answered, or two servers could play ball.
        if ((flags & 0xF800) != 0 || BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) != 1)
            return false;
        var name = new StringBuilder();
        var at = HeaderLength;
        while (true)
        {
            if (at >= bytes.Length)
                return false;
            var length = bytes[at++];
            if (length == 0)
                break;
            // Compression has no place in a question; 63 is the longest label, 255 the longest name.
            if (length > 63 || at + length > bytes.Length || name.Length + length > 254)
                return false;
            if (name.Length > 0)
                name.Append('.');
            foreach (var octet in bytes.Slice(at, length))
            {
                // A dot inside a label would make another name of it.
                if (octet is <= 0x20 or >= 0x7F or (byte)'.')
                    return false;
                name.Append(char.ToLowerInvariant((char)octet));
            }
            at += length;
        }
        if (at + 4 > bytes.Length)
            return false;
        question = new DnsQuestion(
            BinaryPrimitives.ReadUInt16BigEndian(bytes), (flags & 0x0100) != 0, name.ToString(),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]), packet[HeaderLength..(at + 4)]);
        return true;
    }
}
