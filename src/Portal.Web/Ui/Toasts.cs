namespace Portal.Web.Ui;

/// <summary>The words a circuit shows in its corner; they leave on their own after eight seconds, except errors, which wait to be closed.</summary>
/// <param name="time">The clock.</param>
public sealed class Toasts(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(8);
    private readonly Lock _gate = new();
    private readonly List<Toast> _shown = [];
    private readonly List<ITimer> _timers = [];
    private long _last;

    /// <summary>Raised, on any thread, when the list changed.</summary>
    public event Action? Changed;

    /// <summary>What is on the screen, oldest first.</summary>
    public IReadOnlyList<Toast> Shown
    {
        get { lock (_gate) return [.. _shown]; }
    }

    /// <summary>Shows a success.</summary>
    public void Success(string text) => Add(Tone.Success, text);

    /// <summary>Shows a failure; it stays until it is closed.</summary>
    public void Failure(string text) => Add(Tone.Danger, text);

    /// <summary>Takes one away.</summary>
    public void Close(long id)
    {
        lock (_gate)
        {
            if (_shown.RemoveAll(toast => toast.Id == id) == 0) return;
        }
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timers.ForEach(timer => timer.Dispose());
            _timers.Clear();
        }
    }

    private void Add(Tone tone, string text)
    {
        lock (_gate)
        {
            var toast = new Toast(++_last, tone, text);
            _shown.Add(toast);
            if (_shown.Count > 4) _shown.RemoveAt(0);
            if (tone != Tone.Danger) _timers.Add(time.CreateTimer(_ => Close(toast.Id), null, Stay, Timeout.InfiniteTimeSpan));
        }
        Changed?.Invoke();
    }
}
