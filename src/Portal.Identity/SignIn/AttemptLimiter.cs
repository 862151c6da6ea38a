using System.Collections.Concurrent;

namespace Portal.Identity.SignIn;

/// <summary>Counts attempts by key in a sliding window; bounded in memory however many keys an attacker invents.</summary>
internal sealed class AttemptLimiter(TimeProvider time)
{
    private const int MaxKeys = 100_000;
    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> _attempts = new(StringComparer.Ordinal);

    /// <summary>Takes one of <paramref name="limit"/> attempts that <paramref name="key"/> has in <paramref name="window"/>; false when none is left.</summary>
    public bool TryAcquire(string key, int limit, TimeSpan window)
    {
        var now = time.GetUtcNow();
        if (_attempts.Count >= MaxKeys)
            Trim(now - window);
        var queue = _attempts.GetOrAdd(key, _ => new Queue<DateTimeOffset>());
        lock (queue)
        {
            while (queue.TryPeek(out var oldest) && now - oldest >= window)
                queue.Dequeue();
            if (queue.Count >= limit)
                return false;
            queue.Enqueue(now);
            return true;
        }
    }

    /// <summary>Gives the attempts of a key back, after a success.</summary>
    public void Reset(string key) => _attempts.TryRemove(key, out _);

    private void Trim(DateTimeOffset threshold)
    {
        foreach (var (key, queue) in _attempts)
        {
            lock (queue)
            {
                if (queue.All(at => at <= threshold))
                    _attempts.TryRemove(key, out _);
            }
        }

        // All keys are in use: forgetting them would reset the limits, so the oldest half goes and the rest stays.
        if (_attempts.Count >= MaxKeys)
        {
            foreach (var (key, _) in _attempts.OrderBy(entry => Oldest(entry.Value)).Take(MaxKeys / 2))
                _attempts.TryRemove(key, out _);
        }
    }

    private static DateTimeOffset Oldest(Queue<DateTimeOffset> queue)
    {
        lock (queue)
            return queue.TryPeek(out var oldest) ? oldest : DateTimeOffset.MinValue;
    }
}
