using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.IO.Pipelines;

namespace Kube.ApiServer.Http;

/// <summary>
/// Compresses an answer in blocks, on as many processors as are free, and sends them in their order. Each block ends at a byte boundary and refers to nothing
/// before it, so that together they are one deflate stream in one gzip member (RFC 1951 and 1952), which every client reads; it is what pigz does.
/// </summary>
internal static class GzipBlocks
{
    // Large enough that what a block cannot refer to hardly counts.
    private const int BlockBytes = 128 * 1024;

    // Deflate never adds more than a few bytes to each stored block.
    private const int PackedBytes = BlockBytes + BlockBytes / 8;

    private static readonly int Width = Math.Clamp(Environment.ProcessorCount, 1, 4);

    // Deflate, no flags, no time, the fastest algorithm, unknown system.
    private static ReadOnlySpan<byte> Header => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255];

    // An empty last block.
    private static ReadOnlySpan<byte> LastBlock => [3, 0];

    /// <summary>Compresses all that a source gives.</summary>
    /// <param name="output">Where it goes; not completed.</param>
    /// <param name="source">What is compressed.</param>
    /// <param name="choose">Chooses the way of compressing by the first bytes.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task WriteAsync(PipeWriter output, BodySource source, Func<ReadOnlySpan<byte>, ZLibCompressionOptions> choose, CancellationToken cancellationToken)
    {
        var sum = new Crc32();
        uint length = 0;
        ZLibCompressionOptions? options = null;
        var running = new Queue<(byte[] Raw, int Length, Task<(byte[] Bytes, int Length)> Packing)>();
        output.Write(Header);
        var more = true;
        while (true)
        {
            while (more && running.Count < Width)
            {
                var raw = ArrayPool<byte>.Shared.Rent(BlockBytes);
                var filled = source(raw.AsSpan(0, BlockBytes));
                // A source gives less than fits only at its end.
                more = filled == BlockBytes;
                var chosen = options ??= choose(raw.AsSpan(0, filled));
                if (filled > 0)
                    running.Enqueue((raw, filled, Task.Run(() => Pack(raw.AsSpan(0, filled), chosen), CancellationToken.None)));
                else
                    ArrayPool<byte>.Shared.Return(raw);
            }

            if (!running.TryDequeue(out var block))
                break;
            var packed = await block.Packing.ConfigureAwait(false);
            sum.Append(block.Raw.AsSpan(0, block.Length));
            length = unchecked(length + (uint)block.Length);
            ArrayPool<byte>.Shared.Return(block.Raw);
            packed.Bytes.AsSpan(0, packed.Length).CopyTo(output.GetSpan(packed.Length));
            output.Advance(packed.Length);
            ArrayPool<byte>.Shared.Return(packed.Bytes);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        output.Write(LastBlock);
        var trailer = output.GetSpan(8);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, sum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], length);
        output.Advance(8);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static (byte[] Bytes, int Length) Pack(ReadOnlySpan<byte> raw, ZLibCompressionOptions options)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(PackedBytes);
        var packed = new MemoryStream(bytes);
        using var deflate = new DeflateStream(packed, options, leaveOpen: true);
        deflate.Write(raw);
        deflate.Flush();
        // The end that disposing writes is left out.
        return (bytes, (int)packed.Position);
    }
}
