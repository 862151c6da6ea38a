using System.Collections.Concurrent;

namespace Portal.Web.Live;

/// <summary>
/// Lets open pages survive a restart of the server: before it stops, every circuit is told to pause, which takes its state into the browser; the page asks
/// <c>/healthz</c> until another boot answers and resumes there. Keys of data protection have to be shared by both boots, since the state is sealed with them.
/// </summary>
public sealed class Drain
{
    private readonly ConcurrentDictionary<long, Action> _circuits = new();
    private long _last;
    private volatile TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Distinguishes this run of the server from the next; <c>/healthz</c> says it as the header <c>Portal-Boot</c>.</summary>
    public string BootId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Circuits that would be told.</summary>
    public int Circuits => _circuits.Count;

    /// <summary>Has a circuit told until what is returned is disposed.</summary>
    public IDisposable Join(Action tell)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var id = Interlocked.Increment(ref _last);
        _circuits[id] = tell;
        return new Membership(this, id);
    }

    /// <summary>Tells every circuit to pause and waits until all have gone, or the patience ends: a browser that does not answer must not hold up the stop.</summary>
    /// <param name="patience">The longest wait.</param>
    /// <param name="time">The clock.</param>
    /// <returns>How many circuits did not go.</returns>
    public async Task<int> RunAsync(TimeSpan patience, TimeProvider time)
    {
        var empty = _empty;
        foreach (var tell in _circuits.Values) tell();
        if (!_circuits.IsEmpty)
        {
            using var done = new CancellationTokenSource();
            await Task.WhenAny(empty.Task, Task.Delay(patience, time, done.Token)).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
        }
        return _circuits.Count;
    }

    private void Leave(long id)
    {
        if (_circuits.TryRemove(id, out _) && _circuits.IsEmpty) Interlocked.Exchange(ref _empty!, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private sealed class Membership(Drain drain, long id) : IDisposable
    {
        public void Dispose() => drain.Leave(id);
    }
}
