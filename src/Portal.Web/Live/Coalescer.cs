namespace Portal.Web.Live;

/// <summary>
/// Turns any number of signals into at most one run of a callback per interval; the first runs at once, the latest is never lost.
/// What keeps a busy cluster from rendering a circuit more than five times a second.
/// </summary>
public sealed class Coalescer : IDisposable
{
    /// <summary>The console's pace: five renders a second.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Action _run;
    private readonly ITimer _timer;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private bool _pending;
    private bool _disposed;

    /// <summary>Makes one.</summary>
    /// <param name="run">The callback, called on the signalling thread or a timer's; it must not block.</param>
    /// <param name="interval">The shortest time between two runs.</param>
    /// <param name="time">The clock.</param>
    public Coalescer(Action run, TimeSpan interval, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_run, _interval, _time) = (run, interval, time);
        _timer = time.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that something changed.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_pending || _disposed) return;
            var wait = _last + _interval - _time.GetUtcNow();
            if (_last != DateTimeOffset.MinValue && wait > TimeSpan.Zero)
            {
                _pending = true;
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }
            _last = _time.GetUtcNow();
        }
        _run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _disposed = true;
        _timer.Dispose();
    }

    private void Due()
    {
        lock (_gate)
        {
            if (!_pending || _disposed) return;
            _pending = false;
            _last = _time.GetUtcNow();
        }
        _run();
    }
}
