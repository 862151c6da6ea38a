namespace Portal.Core.Clusters;

/// <summary>Reads on until there were too many bytes: in all, or since the last line's end.</summary>
/// <param name="inner">What is read.</param>
/// <param name="most">How many bytes at most.</param>
/// <param name="byLine">Whether each line counts by itself.</param>
internal sealed class BoundedStream(Stream inner, long most, bool byLine) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Counted(buffer.AsSpan(offset, inner.Read(buffer, offset, count)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        return Counted(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(ReadOnlySpan<byte> bytes)
    {
        _read += bytes.Length;
        if (byLine && bytes.LastIndexOf((byte)'\n') is >= 0 and var end) _read = bytes.Length - end - 1;
        return _read <= most ? bytes.Length : throw new IOException($"The cluster's answer is longer than {most / 1024 / 1024} MiB.");
    }
}
