using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Watch;

/// <summary>The events of one resource that are still held, oldest first. Safe for one writer and many readers.</summary>
/// <param name="floor">Events up to this revision are not held.</param>
internal sealed class ResourceRing(long floor)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WatchScope, ScopeFollowers> _followers = [];
    private readonly List<TaskCompletionSource> _concerned = [];
    private RingEntry[] _slots = new RingEntry[16];
    private long _first;
    private int _count;
    private long _floor = floor;
    private bool _isClosed;

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
        var entry = RingEntry.Of(e);
        lock (_lock)
        {
            if (_count == _slots.Length)
            {
                var larger = new RingEntry[_slots.Length * 2];
                for (var i = 0; i < _count; i++) larger[(int)((_first + i) & (larger.Length - 1))] = At(_first + i);
                _slots = larger;
            }

            _slots[(int)((_first + _count++) & (_slots.Length - 1))] = entry;
            if (_followers.Count == 0) return;
            entry.EachScope(this, static (ring, scope) =>
            {
                if (!ring._followers.TryGetValue(scope, out var followers) || followers.Changed is not { } changed) return;
                ring._concerned.Add(changed);
                followers.Changed = null;
            });
        }
    }

    /// <summary>Lets the oldest event go.</summary>
    public void Evict()
    {
        lock (_lock)
        {
            var entry = At(_first);
            _floor = entry.Event.Revision;
            entry.EachScope(this, static (ring, scope) =>
            {
                if (ring._followers.TryGetValue(scope, out var followers)) followers.Evicted = ring._floor;
            });
            _slots[(int)(_first & (_slots.Length - 1))] = default;
            _first++;
            _count--;
        }
    }

    /// <summary>Every reader must list again, now and later.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var followers in _followers.Values)
            {
                if (followers.Changed is { } changed) _concerned.Add(changed);
                followers.Changed = null;
            }
        }

        Signal();
    }

    /// <summary>Wakes the readers that wait for what was appended.</summary>
    public void Signal()
    {
        TaskCompletionSource[] concerned;
        lock (_lock)
        {
            concerned = [.. _concerned];
            _concerned.Clear();
        }

        foreach (var changed in concerned) changed.SetResult();
    }

    /// <summary>Begins to follow a scope.</summary>
    /// <param name="scope">What the reader can be shown.</param>
    /// <param name="revision">Behind which revision it begins.</param>
    /// <returns>The position of the first event behind the revision. To be given back with <see cref="Leave"/>.</returns>
    /// <exception cref="ExpiredRevisionException">Events behind the revision are gone.</exception>
    public long Follow(WatchScope scope, long revision)
    {
        lock (_lock)
        {
            if (_isClosed || revision < _floor) throw new ExpiredRevisionException(revision);
            if (!_followers.TryGetValue(scope, out var followers)) _followers.Add(scope, followers = new ScopeFollowers());
            followers.Count++;
            return Find(revision);
        }
    }

    /// <summary>Ends what <see cref="Follow"/> began.</summary>
    public void Leave(WatchScope scope)
    {
        lock (_lock)
        {
            if (--_followers[scope].Count == 0) _followers.Remove(scope);
        }
    }

    /// <summary>All events behind a revision, or null when some are gone.</summary>
    public List<StoreEvent>? Since(long revision)
    {
        lock (_lock)
        {
            if (_isClosed || revision < _floor) return null;
            var events = new List<StoreEvent>();
            for (var p = Find(revision); p < _first + _count; p++) events.Add(At(p).Event);
            return events;
        }
    }

    /// <summary>Reads on from a position.</summary>
    /// <param name="position">Where to read; moved behind the last event looked at. An event of the scope that is gone throws.</param>
    /// <param name="scope">A scope that is followed.</param>
    /// <param name="limit">At most that many events.</param>
    /// <param name="delivered">The revision the reader has seen, or begins behind: only later events count, for a watch may begin in the future.</param>
    /// <param name="exhausted">True when nothing is left behind the position.</param>
    /// <param name="changed">Completes when more of the scope has come; given only when no event was found.</param>
    public IReadOnlyList<StoreEvent> Read(ref long position, in WatchScope scope, int limit, long delivered, out bool exhausted, out Task? changed)
    {
        changed = null;
        lock (_lock)
        {
            var followers = _followers[scope];
            if (_isClosed || (position < _first && followers.Evicted > delivered)) throw new ExpiredRevisionException(delivered);
            // What was let go before it was looked at was nothing of this scope.
            position = Math.Max(position, _first);
            List<StoreEvent>? events = null;
            var end = _first + _count;
            for (; position < end && (events is null || events.Count < limit); position++)
            {
                ref var entry = ref _slots[(int)(position & (_slots.Length - 1))];
                if (entry.Event.Revision > delivered && scope.Concerns(entry)) (events ??= []).Add(entry.Event);
            }

            exhausted = position == end;
            if (events is not null) return events;
            changed = (followers.Changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return [];
        }
    }

    private RingEntry At(long position) => _slots[(int)(position & (_slots.Length - 1))];

    private long Find(long revision)
    {
        long low = _first, high = _first + _count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (At(middle).Event.Revision <= revision) low = middle + 1;
            else high = middle - 1;
        }

        return low;
    }
}
