using System.Collections.Concurrent;
using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>
/// The newest events of all resources within one budget of bytes. When it is full the oldest event goes, whatever its resource; a watcher
/// that has not read it by then must list again. One writer, any number of readers; readers hold a position, never events.
/// </summary>
/// <param name="byteLimit">How many bytes of object versions the events may hold.</param>
/// <param name="revision">The revision before the first event.</param>
internal sealed class EventRing(long byteLimit, long revision)
{
    // An event, its key, its share of slots and dictionaries of labels; measured roughly.
    private const int Overhead = 400;

    private readonly ConcurrentDictionary<string, ResourceRing> _resources = new(StringComparer.Ordinal);
    private readonly Queue<(ResourceRing Ring, long Bytes)> _order = new();
    private readonly long _base = revision;
    private volatile bool _isClosed;
    private long _published = revision;
    private long _bytes;

    /// <summary>Every event up to this revision can be read.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>The bytes held.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a batch, makes room and wakes the watchers it concerns.</summary>
    public void Append(IReadOnlyList<StoreEvent> events)
    {
        var touched = new HashSet<ResourceRing>();
        var bytes = _bytes;
        foreach (var e in events)
        {
            var ring = Of(e.Key.Resource);
            var size = SizeOf(e);
            ring.Append(e);
            _order.Enqueue((ring, size));
            bytes += size;
            touched.Add(ring);
        }

        while (bytes > byteLimit && _order.TryDequeue(out var oldest))
        {
            oldest.Ring.Evict();
            bytes -= oldest.Bytes;
        }

        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _published, events[^1].Revision);
        foreach (var ring in touched) ring.Signal();
    }

    /// <summary>Ends every watch with <see cref="ExpiredRevisionException"/>: the history goes on elsewhere.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (var ring in _resources.Values) ring.Close();
    }

    /// <summary>Follows a resource; see <see cref="IObjectStore.Watch"/>.</summary>
    public RingWatch Watch(string resource, WatchScope scope, long after, TimeProvider time) => new(this, Of(resource), scope, after, time);

    /// <summary>The oldest revision a resource can still be followed from.</summary>
    public long FloorOf(string resource) => Of(resource).Floor;

    /// <summary>All events of a resource behind a revision, or null when some are gone.</summary>
    public IReadOnlyList<StoreEvent>? Since(string resource, long after) => Of(resource).Since(after);

    // Both versions count: once the head has moved on, the ring alone keeps them alive.
    private static long SizeOf(StoreEvent e) => Overhead + (e.Object?.Json.Length ?? 0) + (e.Deleted?.Json.Length ?? 0) + (e.Previous?.Json.Length ?? 0);

    private ResourceRing Of(string resource)
    {
        var ring = _resources.GetOrAdd(resource, static (_, floor) => new ResourceRing(floor), _base);
        // One that was added while the others were being closed.
        if (_isClosed) ring.Close();
        return ring;
    }
}
