using Kube.ApiServer.Storage;

namespace Integration.Tests.Storage.Histories;

/// <summary>What a log may do wrong.</summary>
internal enum LogFault
{
    None,

    /// <summary>A commit is taken whatever its epoch.</summary>
    SkippedFence,

    /// <summary>Some revisions are used up without a row, as a sequence does when its transaction is rolled back.</summary>
    Gaps,

    /// <summary>A commit is acknowledged before it is durable.</summary>
    EarlyAcknowledgement,
}

/// <summary>A database in memory that several logs write to, with an epoch and a lease as the real one has them.</summary>
internal sealed class SharedLog(LogFault fault)
{
    private readonly Lock _lock = new();
    private readonly List<StoreEvent> _rows = [];
    private long _epoch;
    private long _revision;

    public IReadOnlyList<LogRow> Rows
    {
        get
        {
            lock (_lock) return [.. _rows.OrderBy(e => e.Revision).Select(e => new LogRow(e.Revision, e.Key.Name, e.Object is null))];
        }
    }

    /// <summary>Takes the lead; the writer before must have been silent for its lease.</summary>
    public (Writer Log, Head Head) Take()
    {
        lock (_lock)
        {
            var head = _rows.Count == 0 ? Head.Empty : Head.Empty.Apply(_rows);
            return (new Writer(this, ++_epoch), new Head(_revision, head.Resources));
        }
    }

    private bool Commit(long epoch, IReadOnlyList<StoreEvent> events)
    {
        lock (_lock)
        {
            if (fault != LogFault.SkippedFence && (epoch != _epoch || events[0].Revision != _revision + 1)) return false;
            foreach (var e in events)
            {
                if (fault != LogFault.Gaps || e.Revision % 50 != 0) _rows.Add(e);
            }

            _revision = Math.Max(_revision, events[^1].Revision);
            return true;
        }
    }

    /// <summary>One process's way to the database.</summary>
    internal sealed class Writer(SharedLog database, long epoch) : ICommitLog
    {
        private volatile TaskCompletionSource? _frozen;

        public TimeSpan Lease => TimeSpan.FromMilliseconds(200);

        public async Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
        {
            if (database.IsEarly)
            {
                _ = LaterAsync(events);
                return;
            }

            await Task.Delay(1, cancellationToken);
            if (_frozen is { } frozen) await frozen.Task;
            if (!database.Commit(epoch, events)) throw new LogFencedException();
        }

        public async Task<bool> RenewAsync(long revision, CancellationToken cancellationToken)
        {
            if (_frozen is { } frozen) await frozen.Task;
            return database.IsCurrent(epoch) ? true : throw new LogFencedException();
        }

        public Task MaintainAsync(long revision, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        /// <summary>Nothing gets through until thawed.</summary>
        public void Freeze() => _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Thaw() => _frozen?.SetResult();

        private async Task LaterAsync(IReadOnlyList<StoreEvent> events)
        {
            await Task.Delay(5);
            if (_frozen is { } frozen) await frozen.Task;
            database.Commit(epoch, events);
        }
    }

    private bool IsEarly => fault == LogFault.EarlyAcknowledgement;

    private bool IsCurrent(long epoch)
    {
        lock (_lock) return epoch == _epoch || fault == LogFault.SkippedFence;
    }
}
