using System.Collections.Concurrent;

namespace Kube.Controllers.DaemonSets;

/// <summary>
/// How long a failed daemon pod is left where it is: a node that refuses the pod would otherwise get the next one at once, again and again.
/// Starts at a second, doubles up to a quarter of an hour, and is forgotten after twice that without a failure.
/// </summary>
internal sealed class FailureBackOff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Whether a failed pod may go now; when it may, the next of the same place waits longer.</summary>
    /// <param name="place">The set and the node.</param>
    /// <param name="pod">The pod's uid: asking again for one that was let go is no new failure.</param>
    /// <returns>Null when it may go, else how long to wait.</returns>
    public TimeSpan? Wait(string place, string pod)
    {
        var now = time.GetUtcNow();
        var known = _entries.TryGetValue(place, out var entry) && now - entry.At < 2 * Longest ? entry : null;
        if (known?.Pod == pod)
        {
            return null;
        }

        if (known is not null && known.At + known.Delay > now)
        {
            return known.At + known.Delay - now;
        }

        var delay = known is null ? First : known.Delay * 2 < Longest ? known.Delay * 2 : Longest;
        _entries[place] = new Entry(pod, now, delay);
        return null;
    }

    /// <summary>Forgets places without a failure for long.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (place, entry) in _entries)
        {
            if (now - entry.At >= 2 * Longest)
            {
                _entries.TryRemove(place, out _);
            }
        }
    }

    private sealed record Entry(string Pod, DateTimeOffset At, TimeSpan Delay);
}
