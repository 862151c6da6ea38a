namespace Kube.ApiServer.Presence;

/// <summary>
/// What silence of one node is unusual: mean and mean deviation of the time between its renewals, smoothed as TCP smooths round-trip times (RFC 6298). A starved machine
/// whose heartbeats come irregularly is given more time than a quiet one. Not thread-safe.
/// </summary>
internal sealed class HeartbeatRhythm
{
    private const double Weight = 0.125;
    private const int Enough = 3;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2.3);
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private double _mean;
    private int _intervals;

    /// <summary>The mean deviation of an interval from the mean.</summary>
    public TimeSpan Deviation { get; private set; }

    /// <summary>How long the node may be silent before it is asked.</summary>
    public TimeSpan Patience
    {
        get
        {
            if (_intervals < Enough)
                return Unknown;
            var usual = TimeSpan.FromSeconds(_mean) + Shorter(4 * Deviation, TimeSpan.FromSeconds(_mean * 2));
            return usual > Least ? usual : Least;
        }
    }

    /// <summary>Takes in the time between two renewals.</summary>
    public void Add(TimeSpan interval)
    {
        // The time a node was away says nothing about how it beats, and one write tried twice is one beat.
        if (interval < Shortest || (_intervals >= Enough && interval.TotalSeconds > 8 * _mean))
            return;
        if (_intervals++ == 0)
        {
            _mean = interval.TotalSeconds;
            return;
        }

        var error = interval.TotalSeconds - _mean;
        _mean += Weight * error;
        Deviation += Weight * (TimeSpan.FromSeconds(Math.Abs(error)) - Deviation);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
