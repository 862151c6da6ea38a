using System.Buffers.Binary;
using System.Text;

namespace Kube.Machinery.Spdy;

/// <summary>
/// Encodes header blocks. What is sent is a zlib stream as the protocol wants it, made of stored blocks alone: a connection carries a
/// handful of short header blocks, for which compression gains nothing.
/// </summary>
internal sealed class SpdyHeaderWriter
{
    private const int MaxBlock = 0xFFFF;
    private bool _begun;

    public byte[] Encode(IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        using var text = new MemoryStream();
        Number(text, headers.Count);
        foreach (var (name, value) in headers)
        {
            Text(text, name);
            Text(text, value);
        }

        if (text.Length > MaxBlock)
            throw new SpdyException($"a header block of {text.Length} bytes is longer than {MaxBlock}");
        using var block = new MemoryStream();
        if (!_begun)
        {
            _begun = true;
            // Deflate with a 32 KiB window, the dictionary announced by its checksum.
            block.Write([0x78, 0xBB]);
            Number(block, unchecked((int)SpdyDictionary.Id));
        }

        Span<byte> head = stackalloc byte[5];
        head[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)text.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~text.Length);
        block.Write(head);
        text.WriteTo(block);
        // The empty block after it is what zlib ends a flush with; Go's reader gives out nothing before it has seen one.
        block.Write([0, 0, 0, 0xFF, 0xFF]);
        return block.ToArray();
    }

    private static void Text(MemoryStream to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(to, bytes.Length);
        to.Write(bytes);
    }

    private static void Number(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        to.Write(bytes);
    }
}
