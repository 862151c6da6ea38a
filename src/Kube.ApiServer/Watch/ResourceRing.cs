using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>The events of one resource that are still held, oldest first. Safe for one writer and many readers.</summary>
/// <param name="floor">Events up to this revision are not held.</param>
internal sealed class ResourceRing(long floor)
{
    private readonly Lock _lock = new();
    private StoreEvent?[] _slots = new StoreEvent?[16];
    private long _first;
    private int _count;
    private long _floor = floor;
    private bool _isClosed;
    private TaskCompletionSource? _changed;

    /// <summary>The ring holds every event behind this revision.</summary>
    public long Floor
    {
        get
        {
            lock (_lock) return _floor;
        }
    }

    /// <summary>Adds the newest event. Readers notice at <see cref="Signal"/>.</summary>
    public void Append(StoreEvent e)
    {
        lock (_lock)
        {
            if (_count == _slots.Length)
            {
                var larger = new StoreEvent?[_slots.Length * 2];
                for (var i = 0; i < _count; i++) larger[(int)((_first + i) & (larger.Length - 1))] = At(_first + i);
                _slots = larger;
            }

            _slots[(int)((_first + _count++) & (_slots.Length - 1))] = e;
        }
    }

    /// <summary>Lets the oldest event go.</summary>
    public void Evict()
    {
        lock (_lock)
        {
            _floor = At(_first).Revision;
            _slots[(int)(_first & (_slots.Length - 1))] = null;
            _first++;
            _count--;
        }
    }

    /// <summary>Every reader must list again, now and later.</summary>
    public void Close()
    {
        lock (_lock) _isClosed = true;
        Signal();
    }

    /// <summary>Wakes the readers that wait.</summary>
    public void Signal()
    {
        TaskCompletionSource? changed;
        lock (_lock) (changed, _changed) = (_changed, null);
        changed?.SetResult();
    }

    /// <summary>The position of the first event behind a revision.</summary>
    /// <exception cref="ExpiredRevisionException">Events behind it are gone.</exception>
    public long PositionAfter(long revision)
    {
        lock (_lock)
        {
            if (_isClosed || revision < _floor) throw new ExpiredRevisionException(revision);
            return Find(revision);
        }
    }

    /// <summary>All events behind a revision, or null when some are gone.</summary>
    public List<StoreEvent>? Since(long revision)
    {
        lock (_lock)
        {
            if (_isClosed || revision < _floor) return null;
            var events = new List<StoreEvent>();
            for (var p = Find(revision); p < _first + _count; p++) events.Add(At(p));
            return events;
        }
    }

    /// <summary>Reads on from a position.</summary>
    /// <param name="position">Where to read; moved behind the last event looked at. An event that is gone throws.</param>
    /// <param name="ns">Only this namespace; null for all.</param>
    /// <param name="limit">At most that many events.</param>
    /// <param name="delivered">The revision the reader has seen, or begins behind: only later events count, for a watch may begin in the future.</param>
    /// <param name="exhausted">True when nothing is left behind the position.</param>
    /// <param name="changed">Completes when more has come; given only when no event was found.</param>
    public IReadOnlyList<StoreEvent> Read(ref long position, string? ns, int limit, long delivered, out bool exhausted, out Task? changed)
    {
        changed = null;
        lock (_lock)
        {
            if (_isClosed || position < _first) throw new ExpiredRevisionException(delivered);
            List<StoreEvent>? events = null;
            var end = _first + _count;
            for (; position < end && (events is null || events.Count < limit); position++)
            {
                var e = At(position);
                if (e.Revision > delivered && (ns is null || e.Key.Namespace == ns)) (events ??= []).Add(e);
            }

            exhausted = position == end;
            if (events is not null) return events;
            changed = (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return [];
        }
    }

    private StoreEvent At(long position) => _slots[(int)(position & (_slots.Length - 1))]!;

    private long Find(long revision)
    {
        long low = _first, high = _first + _count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (At(middle).Revision <= revision) low = middle + 1;
            else high = middle - 1;
        }

        return low;
    }
}
