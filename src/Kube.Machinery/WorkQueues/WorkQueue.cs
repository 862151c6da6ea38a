using System.Threading.Channels;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Machinery.WorkQueues;

/// <summary>
/// Keys that wait to be reconciled. A key waits once however often it is added; a key added while it is worked on is worked on again
/// afterwards, never twice at once. A failure brings the key back after an exponential back-off of its own.
/// </summary>
/// <typeparam name="TKey">Identity of a piece of work.</typeparam>
public sealed class WorkQueue<TKey>
    where TKey : notnull
{
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Lock _lock = new();
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly PriorityQueue<TKey, long> _delayed = new();
    private readonly TimeProvider _time;
    private readonly WorkQueueOptions _options;
    private readonly ILogger? _logger;
    private readonly ITimer _timer;
    private long _timerAt = long.MaxValue;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">Clock of delays and back-off.</param>
    /// <param name="options">Pacing; null for the defaults.</param>
    /// <param name="logger">Told about failures.</param>
    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _options = options ?? new WorkQueueOptions();
        _logger = logger;
        _timer = time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys ready to be worked on now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Keys that wait for their time.</summary>
    public int DelayedCount
    {
        get
        {
            lock (_lock)
            {
                return _delayed.Count;
            }
        }
    }

    /// <summary>Adds a key unless it waits already.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_waiting.Add(key) && !_working.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Adds a key after a delay.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_lock)
        {
            _delayed.Enqueue(key, _time.GetUtcNow().Add(delay).UtcTicks);
            Arm();
        }
    }

    /// <summary>Adds a key after its back-off, which doubles with each call until <see cref="Forget"/>.</summary>
    public void AddAfterFailure(TKey key)
    {
        int failures;
        lock (_lock)
        {
            failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
        }

        var wait = Math.Min(_options.FirstBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)), _options.LastBackoff.TotalMilliseconds);
        AddAfter(key, TimeSpan.FromMilliseconds(wait));
    }

    /// <summary>Ends a key's back-off.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>Works on keys until cancelled. May be run again afterwards, not twice at once.</summary>
    /// <param name="reconcile">Works on one key. It returns after what time the key wants to be looked at again (null: when it changes); what it throws brings the key back after its back-off.</param>
    /// <param name="cancellationToken">Stops; keys in work are cancelled.</param>
    public async Task RunAsync(Func<TKey, CancellationToken, Task<TimeSpan?>> reconcile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reconcile);
        await Task.WhenAll(Enumerable.Range(0, _options.Workers).Select(_ => Task.Run(() => WorkAsync(reconcile, cancellationToken), CancellationToken.None)));
    }

    private async Task WorkAsync(Func<TKey, CancellationToken, Task<TimeSpan?>> reconcile, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await _ready.Reader.ReadAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (_lock)
            {
                _waiting.Remove(key);
                _working.Add(key);
            }

            try
            {
                var again = await reconcile(key, cancellationToken);
                Forget(key);
                if (again is { } delay)
                {
                    AddAfter(key, delay);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The next run starts where this one stopped.
                Add(key);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Decided on a version that is no longer current: the ordinary way of optimistic concurrency, not a fault.
                _logger?.ReconcileOutdated(key.ToString() ?? "", e.Message);
                AddAfterFailure(key);
            }
#pragma warning disable CA1031 // Whatever one key's work throws must not end the queue for all others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger?.ReconcileFailed(key.ToString() ?? "", e);
                AddAfterFailure(key);
            }
            finally
            {
                lock (_lock)
                {
                    _working.Remove(key);
                    if (_waiting.Contains(key))
                    {
                        _ready.Writer.TryWrite(key);
                    }
                }
            }
        }
    }

    private void MoveDue()
    {
        lock (_lock)
        {
            _timerAt = long.MaxValue;
            var now = _time.GetUtcNow().UtcTicks;
            while (_delayed.TryPeek(out var key, out var due) && due <= now)
            {
                _delayed.Dequeue();
                if (_waiting.Add(key) && !_working.Contains(key))
                {
                    _ready.Writer.TryWrite(key);
                }
            }

            Arm();
        }
    }

    private void Arm()
    {
        if (_delayed.TryPeek(out _, out var due) && due < _timerAt)
        {
            _timerAt = due;
            // A timer takes 49 days at most; one that fires before its time is armed anew.
            var wait = TimeSpan.FromTicks(Math.Clamp(due - _time.GetUtcNow().UtcTicks, 0, TimeSpan.TicksPerDay)) + TimeSpan.FromMilliseconds(1);
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}
