using System.Buffers.Binary;

namespace Kube.Machinery.Spdy;

/// <summary>
/// Reads the frames of a SPDY/3.1 connection. There is no flow control between Kubernetes' components: a reader that is slow slows the sender
/// through TCP. One reader at a time. Source: the SPDY/3 and SPDY/3.1 drafts.
/// </summary>
public sealed class SpdyReader(Stream stream) : IDisposable
{
    private const int HeadLength = 8;
    // A longer data frame comes in pieces; a longer control frame is refused.
    private const int MaxPiece = 64 * 1024;
    private static readonly KeyValuePair<string, string>[] None = [];

    private readonly byte[] _buffer = new byte[HeadLength + MaxPiece];
    private readonly SpdyHeaderReader _headers = new();
    private int _start;
    private int _end;
    private uint _dataStream;
    private int _dataLeft;
    private bool _dataFin;

    /// <summary>The next frame; null when the peer has closed the connection between two frames.</summary>
    /// <exception cref="SpdyException">The bytes are no SPDY/3.1.</exception>
    public async ValueTask<SpdyFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_dataLeft > 0)
            return await ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        if (!await FillAsync(HeadLength, cancellationToken).ConfigureAwait(false))
            return _start == _end ? null : throw new SpdyException("the connection ends within a frame");
        var head = _buffer.AsSpan(_start, HeadLength);
        var word = BinaryPrimitives.ReadUInt32BigEndian(head);
        var flags = head[4];
        var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(head[4..]) & 0xFFFFFF);
        _start += HeadLength;
        if ((word & 0x80000000) == 0)
        {
            (_dataStream, _dataLeft, _dataFin) = (word, length, (flags & 1) != 0);
            return length == 0 ? new SpdyFrame(SpdyFrameType.Data, word, _dataFin, default, None) : await ReadPieceAsync(cancellationToken).ConfigureAwait(false);
        }

        if ((word >> 16 & 0x7FFF) != 3)
            throw new SpdyException($"a frame of SPDY version {word >> 16 & 0x7FFF} instead of 3");
        if (length > MaxPiece)
            throw new SpdyException($"a control frame of {length} bytes is longer than {MaxPiece}");
        if (!await FillAsync(length, cancellationToken).ConfigureAwait(false))
            throw new SpdyException("the connection ends within a frame");
        var body = _buffer.AsSpan(_start, length);
        _start += length;
        return Control((SpdyFrameType)(word & 0xFFFF), flags, body);
    }

    /// <inheritdoc/>
    public void Dispose() => _headers.Dispose();

    private SpdyFrame Control(SpdyFrameType type, byte flags, ReadOnlySpan<byte> body)
    {
        var headersAt = type switch { SpdyFrameType.SynStream => 10, SpdyFrameType.SynReply or SpdyFrameType.Headers => 4, _ => -1 };
        if (headersAt > body.Length)
            throw new SpdyException($"a {type} frame of {body.Length} bytes is too short");
        var stream = type != SpdyFrameType.Settings && body.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(body) : 0;
        if (type != SpdyFrameType.Ping)
            stream &= 0x7FFFFFFF;
        return new SpdyFrame(type, stream, (flags & 1) != 0, default, headersAt < 0 ? None : _headers.Decode(body[headersAt..]));
    }

    private async ValueTask<SpdyFrame?> ReadPieceAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(1, cancellationToken).ConfigureAwait(false))
            throw new SpdyException("the connection ends within a frame");
        var length = Math.Min(_dataLeft, _end - _start);
        var piece = _buffer.AsMemory(_start, length);
        _start += length;
        _dataLeft -= length;
        return new SpdyFrame(SpdyFrameType.Data, _dataStream, _dataFin && _dataLeft == 0, piece, None);
    }

    // Until so many bytes lie in the buffer; false at the connection's end.
    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_end - _start >= wanted)
            return true;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        while (_end < wanted)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }
}
