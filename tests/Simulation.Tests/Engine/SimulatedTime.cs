namespace Simulation.Tests.Engine;

/// <summary>
/// The clock of a simulation. It stands still while anything can be done, and jumps to the next timer when nothing can: an hour costs what happens
/// in it. Timers of one moment fire in the order in which they were set. Used by one thread.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly PriorityQueue<(SimulatedTimer Timer, long Setting), (long Due, long Order)> _timers = new();
    private readonly DateTimeOffset _start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _now;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since the simulation began.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public override DateTimeOffset GetUtcNow() => _start.AddTicks(_now);

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on to the next timer and fires it.</summary>
    /// <returns>False when there is none.</returns>
    public bool FireNext()
    {
        while (_timers.TryDequeue(out var next, out var at))
        {
            if (next.Timer.Setting == next.Setting)
            {
                _now = Math.Max(_now, at.Due);
                next.Timer.Fire();
                return true;
            }
        }

        return false;
    }

    internal void Set(SimulatedTimer timer, TimeSpan due) => _timers.Enqueue((timer, timer.Setting), (_now + Math.Max(0, due.Ticks), ++_order));
}
