using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>A cursor into the ring of one resource.</summary>
internal sealed class RingWatch(EventRing ring, ResourceRing resource, WatchScope scope, long after, TimeProvider time) : IStoreWatch
{
    // What one read hands out is out of the ring's budget until the reader is done with it.
    private const int Limit = 1000;

    // The longest wait a timer takes; a watch that sleeps longer wakes once in between.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private long _position = resource.Follow(scope, after);
    private bool _disposed;

    /// <inheritdoc/>
    public long Revision { get; private set; } = after;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoreEvent>> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            // Read before the ring: all its events up to here are in the ring by now, so an exhausted ring proves them delivered.
            var published = ring.Published;
            var events = resource.Read(ref _position, scope, Limit, Revision, out var exhausted, out var changed);
            if (events.Count > 0) Revision = Math.Max(Revision, events[^1].Revision);
            if (exhausted) Revision = Math.Max(Revision, published);
            if (events.Count > 0) return events;

            var wait = LongestWait;
            if (timeout != Timeout.InfiniteTimeSpan)
            {
                wait = timeout - time.GetElapsedTime(started);
                if (wait <= TimeSpan.Zero) return [];
                if (wait > LongestWait) wait = LongestWait;
            }

            await changed!.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        resource.Leave(scope);
    }
}
