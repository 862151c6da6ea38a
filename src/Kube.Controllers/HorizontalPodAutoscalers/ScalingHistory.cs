namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>What one autoscaler recommended and did of late. Kept in memory only: a new leader begins cautiously, from what there is.</summary>
internal sealed class ScalingHistory
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private readonly List<(DateTimeOffset At, int Replicas)> _recommended = [];
    private readonly List<(DateTimeOffset At, int Change)> _changed = [];

    /// <summary>Takes a recommendation down and says what holds, given the ones before.</summary>
    /// <param name="current">Replicas now; the first recommendation when there is none.</param>
    /// <param name="desired">What the metrics ask for now.</param>
    /// <param name="up">How long the lowest one holds growth back.</param>
    /// <param name="down">How long the highest one holds shrinking back.</param>
    /// <param name="now">The time.</param>
    public int Stabilize(int current, int desired, TimeSpan up, TimeSpan down, DateTimeOffset now)
    {
        _recommended.RemoveAll(r => r.At < now - Longest);
        if (_recommended.Count == 0)
        {
            _recommended.Add((now, current));
        }

        var lowest = _recommended.Where(r => r.At > now - up).Select(r => r.Replicas).Append(desired).Min();
        var highest = _recommended.Where(r => r.At > now - down).Select(r => r.Replicas).Append(desired).Max();
        _recommended.Add((now, desired));
        return current < lowest ? lowest : current > highest ? highest : current;
    }

    /// <summary>Takes a change down.</summary>
    public void Changed(int change, DateTimeOffset now)
    {
        _changed.RemoveAll(c => c.At < now - Longest);
        _changed.Add((now, change));
    }

    /// <summary>Pods added and removed within a time.</summary>
    public (int Added, int Removed) Within(TimeSpan period, DateTimeOffset now)
    {
        var late = _changed.Where(c => c.At > now - period).Select(c => c.Change).ToArray();
        return (late.Where(c => c > 0).Sum(), -late.Where(c => c < 0).Sum());
    }
}
