namespace Portal.Web.Live;

/// <summary>How many changes a circuit has under way; the shell shows that there are any once one takes longer than a second.</summary>
public sealed class Work
{
    private int _running;

    /// <summary>Raised, on any thread, when the number changed.</summary>
    public event Action? Changed;

    /// <summary>Changes under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Counts one more until it is disposed.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _running);
        Changed?.Invoke();
        return new One(this);
    }

    private sealed class One(Work work) : IDisposable
    {
        private Work? _work = work;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _work, null) is not { } owner) return;
            Interlocked.Decrement(ref owner._running);
            owner.Changed?.Invoke();
        }
    }
}
