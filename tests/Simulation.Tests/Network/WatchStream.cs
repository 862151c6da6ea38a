namespace Simulation.Tests.Network;

/// <summary>The answer to a watch on its way: late, in pieces, and broken when its connection is.</summary>
internal sealed class WatchStream : Stream
{
    private readonly Link _link;
    private readonly Stream _inner;
    private readonly CancellationTokenSource _broken = new();

    public WatchStream(Link link, Stream inner)
    {
        (_link, _inner) = (link, inner);
        link.Add(this);
        if (link.RequestsAreLost || link.AnswersAreLost)
        {
            BreakAfter(TimeSpan.FromSeconds(10), () => link.RequestsAreLost || link.AnswersAreLost);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Break() => _broken.Cancel();

    public void BreakAfter(TimeSpan time, Func<bool> still)
    {
        _ = WaitAsync();

        async Task WaitAsync()
        {
            await Task.Delay(time, _link.Clock);
            if (still())
            {
                Break();
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _broken.Token, _link.Severed);
        try
        {
            var read = await _inner.ReadAsync(buffer, either.Token);
            await _link.TravelAsync(either.Token);
            if (!await _link.PassAsync(() => _link.AnswersAreLost, either.Token))
            {
                Break();
            }

            either.Token.ThrowIfCancellationRequested();
            return read;
        }
        catch (Exception) when (_link.Severed.IsCancellationRequested)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            throw new IOException("The connection was reset.", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _link.Remove(this);
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
