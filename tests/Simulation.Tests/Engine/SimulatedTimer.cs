namespace Simulation.Tests.Engine;

/// <summary>A timer on the simulated clock.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;
    private bool _disposed;

    /// <summary>Changes with each setting: a firing that was scheduled for an earlier one is void.</summary>
    public long Setting { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        Setting++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            time.Set(this, dueTime);
        }

        return true;
    }

    public void Fire()
    {
        if (_period > TimeSpan.Zero)
        {
            time.Set(this, _period);
        }

        callback(state);
    }

    public void Dispose()
    {
        _disposed = true;
        Setting++;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
