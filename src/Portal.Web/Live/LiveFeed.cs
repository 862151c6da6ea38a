using Portal.Core.Results;

namespace Portal.Web.Live;

/// <summary>Follows a stream of whole states: the latest wins, renders are paced, and a stream that ends or fails is opened again while the last state stays.</summary>
/// <typeparam name="T">The state.</typeparam>
public sealed class LiveFeed<T> : IDisposable
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];
    private readonly TimeProvider _time;
    private readonly Coalescer _changed;

    /// <summary>Makes one that follows nothing yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called at most five times a second, on any thread, after something changed.</param>
    public LiveFeed(TimeProvider time, Action changed)
    {
        _time = time;
        _changed = new Coalescer(changed, Coalescer.Pace, time);
    }

    /// <summary>The latest state; meaningful when <see cref="HasValue"/>.</summary>
    public T? Value { get; private set; }

    /// <summary>Whether any state arrived.</summary>
    public bool HasValue { get; private set; }

    /// <summary>When the latest state arrived.</summary>
    public DateTimeOffset AsOf { get; private set; }

    /// <summary>Why no stream is open, or null while one is.</summary>
    public Error? Error { get; private set; }

    /// <summary>Takes a state that was asked for apart from the stream, as a page does before its circuit exists.</summary>
    public void Set(T value)
    {
        (Value, HasValue, AsOf, Error) = (value, true, _time.GetUtcNow(), null);
        _changed.Signal();
    }

    /// <summary>Follows until cancelled, or until the place is gone or the right to see it is.</summary>
    public async Task RunAsync(Func<CancellationToken, Task<Result<IAsyncEnumerable<T>>>> open, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(open);
        for (var attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            try
            {
                var opened = await open(stop).ConfigureAwait(false);
                if (opened.IsOk)
                {
                    await foreach (var value in opened.Value.WithCancellation(stop).ConfigureAwait(false))
                    {
                        attempt = 0;
                        Set(value);
                    }
                    Fail(Error.Unavailable("The stream of updates ended. Opening it again."));
                }
                else
                {
                    Fail(opened.Error);
                    if (opened.Error.Kind is ErrorKind.NotFound or ErrorKind.Forbidden) return;
                }
                await Task.Delay(Pauses[Math.Min(attempt, Pauses.Length - 1)], _time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Says that the stream failed in a way nobody foresaw.</summary>
    public void Fail(Error error)
    {
        Error = error;
        _changed.Signal();
    }

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();
}
