using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Kube.Network.Dns;

/// <summary>Writes answers (RFC 1035, 4.1).</summary>
internal static class DnsAnswer
{
    /// <summary>Longest answer by UDP without EDNS; more is cut and marked so that the client asks by TCP.</summary>
    public const int UdpLimit = 512;

    // Every record is about the name asked: a pointer to the question section's first byte.
    private const ushort QuestionName = 0xC000 | DnsQuestion.HeaderLength;

    /// <summary>An answer of addresses.</summary>
    public static byte[] Addresses(DnsQuestion question, IReadOnlyList<IPAddress> addresses, int timeToLive, int limit)
    {
        const int recordLength = 16;
        var fits = Math.Min(addresses.Count, (limit - DnsQuestion.HeaderLength - question.Section.Length) / recordLength);
        var packet = Begin(question, DnsResponseCode.NoError, fits, 0, truncated: fits < addresses.Count, fits * recordLength, out var at);
        for (var i = 0; i < fits; i++)
        {
            var record = packet.AsSpan(at);
            RecordHead(record, QuestionName, DnsQuestion.A, timeToLive, 4);
            addresses[i].TryWriteBytes(record[12..], out _);
            at += recordLength;
        }
        return packet;
    }

    /// <summary>An answer of one name, to a reverse question.</summary>
    public static byte[] Name(DnsQuestion question, string name, int timeToLive)
    {
        var encoded = Encode(name);
        var packet = Begin(question, DnsResponseCode.NoError, 1, 0, truncated: false, 12 + encoded.Length, out var at);
        RecordHead(packet.AsSpan(at), QuestionName, DnsQuestion.Ptr, timeToLive, encoded.Length);
        encoded.CopyTo(packet, at + 12);
        return packet;
    }

    /// <summary>An answer without records; it carries the zone's SOA, whose last number tells how long the absence may be kept.</summary>
    public static byte[] Nothing(DnsQuestion question, DnsResponseCode code, string zone, int timeToLive)
    {
        const ushort soa = 6;
        var owner = Encode(zone);
        var server = Encode($"ns.dns.{zone}");
        var mailbox = Encode($"hostmaster.{zone}");
        var dataLength = server.Length + mailbox.Length + 20;
        var packet = Begin(question, code, 0, 1, truncated: false, owner.Length + 10 + dataLength, out var at);
        owner.CopyTo(packet, at);
        at += owner.Length;
        RecordTail(packet.AsSpan(at), soa, timeToLive, dataLength);
        at += 10;
        server.CopyTo(packet, at);
        at += server.Length;
        mailbox.CopyTo(packet, at);
        at += mailbox.Length;
        foreach (var number in (ReadOnlySpan<int>)[1, 7200, 1800, 86400, timeToLive])
        {
            BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(at), number);
            at += 4;
        }
        return packet;
    }

    /// <summary>An answer that is only a code.</summary>
    public static byte[] Failure(DnsQuestion question, DnsResponseCode code) => Begin(question, code, 0, 0, truncated: false, 0, out _, authoritative: false);

    /// <summary>The wire form of a name.</summary>
    internal static byte[] Encode(string name)
    {
        var bytes = new byte[name.Length + 2];
        var at = 0;
        foreach (var label in name.Split('.'))
        {
            bytes[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, bytes.AsSpan(at));
        }
        return bytes;
    }

    private static byte[] Begin(
        DnsQuestion question, DnsResponseCode code, int answers, int authorities, bool truncated, int recordsLength, out int at, bool authoritative = true)
    {
        at = DnsQuestion.HeaderLength + question.Section.Length;
        var packet = new byte[at + recordsLength];
        var flags = 0x8000 | (authoritative ? 0x0400 : 0) | (truncated ? 0x0200 : 0) | (question.RecursionDesired ? 0x0100 : 0) | 0x0080 | (int)code;
        BinaryPrimitives.WriteUInt16BigEndian(packet, question.Id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(8), (ushort)authorities);
        question.Section.CopyTo(packet.AsMemory(DnsQuestion.HeaderLength));
        return packet;
    }

    private static void RecordHead(Span<byte> record, ushort name, ushort type, int timeToLive, int dataLength)
    {
        BinaryPrimitives.WriteUInt16BigEndian(record, name);
        RecordTail(record[2..], type, timeToLive, dataLength);
    }

    private static void RecordTail(Span<byte> record, ushort type, int timeToLive, int dataLength)
    {
        BinaryPrimitives.WriteUInt16BigEndian(record, type);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], 1);
        BinaryPrimitives.WriteInt32BigEndian(record[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record[8..], (ushort)dataLength);
    }
}
