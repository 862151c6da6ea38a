namespace Simulation.Tests.Engine;

/// <summary>
/// The clock as one simulated process sees it. While the process is stopped (SIGSTOP, a virtual machine that is moved, a collector that takes long) its
/// timers do not fire; when it goes on, those that are overdue fire at once, and time has passed.
/// </summary>
internal sealed class ProcessClock(SimulatedTime time) : TimeProvider
{
    private readonly Queue<Action> _held = new();

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>Whether the process stands still.</summary>
    public bool IsStopped { get; private set; }

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HeldTimer(this, callback, state, dueTime, period);

    /// <summary>The process stands still.</summary>
    public void Stop() => IsStopped = true;

    /// <summary>The process goes on.</summary>
    public void Continue()
    {
        IsStopped = false;
        while (!IsStopped && _held.TryDequeue(out var fire))
        {
            fire();
        }
    }

    private sealed class HeldTimer : ITimer
    {
        private readonly ProcessClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private int _setting;
        private bool _held;

        public HeldTimer(ProcessClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _timer = clock.Underlying.CreateTimer(_ => Fire(), null, dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            _held = false;
            return _timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            _setting++;
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (!_clock.IsStopped)
            {
                _callback(_state);
                return;
            }

            if (_held)
            {
                return;
            }

            _held = true;
            var setting = _setting;
            _clock._held.Enqueue(() =>
            {
                if (setting == _setting)
                {
                    _held = false;
                    _callback(_state);
                }
            });
        }
    }

    private TimeProvider Underlying => time;
}
