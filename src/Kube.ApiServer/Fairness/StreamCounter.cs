namespace Kube.ApiServer.Fairness;

/// <summary>Counts what stays open (watches, terminals, followed logs): they take memory, no seat.</summary>
/// <param name="all">At most so many.</param>
/// <param name="perFlow">At most so many of one flow.</param>
internal sealed class StreamCounter(int all, int perFlow)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _sum;

    /// <summary>Counts one more; false when there are too many.</summary>
    public bool TryOpen(string flow)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(flow);
            if (open >= perFlow || _sum >= all)
                return false;
            _open[flow] = open + 1;
            _sum++;
            return true;
        }
    }

    public void Close(string flow)
    {
        lock (_lock)
        {
            _sum--;
            if (--_open[flow] == 0)
                _open.Remove(flow);
        }
    }
}
