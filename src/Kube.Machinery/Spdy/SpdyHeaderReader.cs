using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kube.Machinery.Spdy;

/// <summary>Decodes header blocks; one for each connection, because each block is compressed with what came before it.</summary>
internal sealed class SpdyHeaderReader : IDisposable
{
    // Bounds what a peer can make us hold: Kubernetes' blocks are a few hundred bytes.
    private const int MaxText = 64 * 1024;
    private const int PresetDictionary = 0x20;

    private readonly Feed _feed = new();
    private readonly DeflateStream _inflate;
    private bool _begun;

    public SpdyHeaderReader() => _inflate = new DeflateStream(_feed, CompressionMode.Decompress);

    public IReadOnlyList<KeyValuePair<string, string>> Decode(ReadOnlySpan<byte> block)
    {
        if (!_begun)
            block = Begin(block);
        _feed.Next = block.ToArray();
        var text = new byte[MaxText];
        var length = 0;
        int read;
        try
        {
            while (length < text.Length && (read = _inflate.Read(text, length, text.Length - length)) > 0)
                length += read;
        }
        catch (InvalidDataException e)
        {
            throw new SpdyException("a header block cannot be decompressed: " + e.Message);
        }

        return length < MaxText ? Parse(text.AsSpan(0, length)) : throw new SpdyException($"a header block is longer than {MaxText} bytes");
    }

    public void Dispose()
    {
        _inflate.Dispose();
        _feed.Dispose();
    }

    // .NET's zlib takes no preset dictionary. A stored block with the dictionary in front of the peer's data leaves the window exactly as one.
    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> block)
    {
        if (block.Length < 2 || (block[0] & 0x0F) != 8)
            throw new SpdyException("a header block is no zlib stream");
        _begun = true;
        if ((block[1] & PresetDictionary) == 0)
            return block[2..];
        if (block.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(block[2..]) != SpdyDictionary.Id)
            throw new SpdyException("a header block uses another dictionary than SPDY/3's");
        var dictionary = SpdyDictionary.Bytes;
        var stored = new byte[5 + dictionary.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(1), (ushort)dictionary.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(3), (ushort)~dictionary.Length);
        dictionary.CopyTo(stored, 5);
        _feed.Next = stored;
        _inflate.ReadExactly(new byte[dictionary.Length]);
        return block[6..];
    }

    private static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> text)
    {
        var count = Number(ref text);
        var headers = new List<KeyValuePair<string, string>>();
        for (var i = 0u; i < count; i++)
        {
            var name = Text(ref text);
            headers.Add(new(name, Text(ref text)));
        }

        return headers;
    }

    private static string Text(ref ReadOnlySpan<byte> text)
    {
        var length = Number(ref text);
        if (length > text.Length)
            throw new SpdyException("a header block ends early");
        var value = Encoding.UTF8.GetString(text[..(int)length]);
        text = text[(int)length..];
        return value;
    }

    private static uint Number(ref ReadOnlySpan<byte> text)
    {
        if (text.Length < 4)
            throw new SpdyException("a header block ends early");
        var number = BinaryPrimitives.ReadUInt32BigEndian(text);
        text = text[4..];
        return number;
    }

    // Gives what it holds and then says "no more yet", after which the decompressor can be asked again.
    private sealed class Feed : Stream
    {
        public ReadOnlyMemory<byte> Next { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var length = Math.Min(count, Next.Length);
            Next.Span[..length].CopyTo(buffer.AsSpan(offset));
            Next = Next[length..];
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
