using System.Buffers.Binary;

namespace Kube.Machinery.Spdy;

/// <summary>Writes the frames of a SPDY/3.1 connection, each whole; any number of callers.</summary>
public sealed class SpdyWriter(Stream stream) : IDisposable
{
    private const byte FlagFin = 1;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SpdyHeaderWriter _headers = new();

    /// <summary>SYN_STREAM. A client's streams have odd numbers, rising.</summary>
    public Task OpenAsync(uint streamId, IReadOnlyCollection<KeyValuePair<string, string>> headers, CancellationToken cancellationToken) =>
        WriteAsync(() => Control(SpdyFrameType.SynStream, 0, streamId, [0, 0, 0, 0, 0, 0, .. _headers.Encode(headers)]), cancellationToken);

    /// <summary>SYN_REPLY without headers.</summary>
    public Task ReplyAsync(uint streamId, CancellationToken cancellationToken) =>
        WriteAsync(() => Control(SpdyFrameType.SynReply, 0, streamId, _headers.Encode([])), cancellationToken);

    /// <summary>Bytes of a stream, at most 16 MiB − 1; <paramref name="fin"/> when nothing more comes on it.</summary>
    public Task DataAsync(uint streamId, ReadOnlyMemory<byte> data, bool fin, CancellationToken cancellationToken) =>
        WriteAsync(
            () =>
            {
                var frame = new byte[8 + data.Length];
                BinaryPrimitives.WriteUInt32BigEndian(frame, streamId & 0x7FFFFFFF);
                BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)data.Length & 0xFFFFFF);
                frame[4] = fin ? FlagFin : (byte)0;
                data.Span.CopyTo(frame.AsSpan(8));
                return frame;
            },
            cancellationToken);

    /// <summary>PING; an answer repeats the number asked with.</summary>
    public Task PingAsync(uint number, CancellationToken cancellationToken) =>
        WriteAsync(() => Control(SpdyFrameType.Ping, 0, number, []), cancellationToken);

    /// <summary>GOAWAY, everything fine.</summary>
    public Task GoAwayAsync(uint lastStreamId, CancellationToken cancellationToken) =>
        WriteAsync(() => Control(SpdyFrameType.GoAway, 0, lastStreamId, [0, 0, 0, 0]), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static byte[] Control(SpdyFrameType type, byte flags, uint first, byte[] rest)
    {
        var frame = new byte[12 + rest.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, 0x80030000 | (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)(4 + rest.Length));
        frame[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), first);
        rest.CopyTo(frame, 12);
        return frame;
    }

    // Frames are made in turn too: the header blocks of a connection are one compressed stream.
    private async Task WriteAsync(Func<byte[]> frame, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(frame(), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
