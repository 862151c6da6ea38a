using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>
/// One term of leadership: the writer that turns whatever has arrived since the last commit into the next batch, and renews the lease
/// when nothing arrives. The order of a commit is: decide on the head, make durable, publish, answer the callers.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly StoreLimits _limits;
    private readonly ICommitLog _log;
    private readonly Func<Head> _head;
    private readonly Action<IReadOnlyList<StoreEvent>> _publish;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<WriteRequest> _queue;
    private readonly Queue<WriteRequest> _held = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _writer;
    private volatile StoreUnavailableException? _ended;
    private long _confirmed;
    private bool _isConfirmed;
    private long _renewed;
    private int _closed;

    /// <summary>Begins the term.</summary>
    /// <param name="limits">Bounds.</param>
    /// <param name="log">Takes the batches; disposed with the term.</param>
    /// <param name="head">The newest committed state, which only <paramref name="publish"/> moves.</param>
    /// <param name="publish">Makes a committed batch visible.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public GroupCommit(StoreLimits limits, ICommitLog log, Func<Head> head, Action<IReadOnlyList<StoreEvent>> publish, TimeProvider time, ILogger logger)
    {
        (_limits, _log, _head, _publish, _time, _logger) = (limits, log, head, publish, time, logger);
        _queue = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(limits.QueueLength) { SingleReader = true });
        _writer = Task.Run(WriteLoopAsync);
    }

    /// <summary>Completes when another process has taken the lead.</summary>
    public Task Fenced => _fenced.Task;

    /// <summary>Completes when the writer met what it cannot mend: the process must end.</summary>
    public Task Failed => _failed.Task;

    /// <summary>True while no other process can have taken the lead: what the head shows is all that was acknowledged anywhere.</summary>
    public bool IsCurrent => _log.Lease == Timeout.InfiniteTimeSpan
        || (_ended is null && Volatile.Read(ref _isConfirmed) && _time.GetElapsedTime(Volatile.Read(ref _confirmed)) < _log.Lease);

    /// <summary>Queues a write; completes when its batch is visible.</summary>
    public async ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        if (_ended is { } ended) throw ended;
        try
        {
            await _queue.Writer.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw _ended ?? new StoreUnavailableException("The store is closing.", false);
        }

        return await request.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes no more writes, commits what was taken, and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _queue.Writer.TryComplete();
        _stopping.CancelAfter(_limits.WriteTimeout);
        await _writer.ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            if (_log.Lease != Timeout.InfiniteTimeSpan) await RenewAsync().ConfigureAwait(false);
            while (_held.Count > 0 || await WaitForWritesAsync().ConfigureAwait(false))
            {
                var batch = new OpenBatch(_head());
                Fill(batch);
                if (batch is { IsUrgent: false, Events.Count: > 0 }) await GatherAsync(batch).ConfigureAwait(false);
                if (batch.Events.Count > 0) await CommitAsync(batch).ConfigureAwait(false);
                else if (batch.Requests.Count > 0) await AnswerAsync(batch).ConfigureAwait(false);
            }

            End(new StoreUnavailableException("The store is closed.", false));
        }
        catch (LogFencedException e)
        {
            StoreLog.Fenced(_logger);
            End(new StoreUnavailableException(e.Message, false, e));
            _fenced.TrySetResult();
        }
        catch (OperationCanceledException)
        {
            End(new StoreUnavailableException("The store was closed before PostgreSQL came back.", false));
        }
#pragma warning disable CA1031 // The writer must not die silently: whatever it is, every caller is told and the process ends.
        catch (Exception e)
#pragma warning restore CA1031
        {
            StoreLog.WriterFailed(_logger, e);
            End(new StoreUnavailableException("The store's writer has failed.", true, e));
            _failed.TrySetResult();
        }
    }

    /// <summary>Waits for something to write and renews the lease meanwhile; false when the queue has ended.</summary>
    private async ValueTask<bool> WaitForWritesAsync()
    {
        var wait = _queue.Reader.WaitToReadAsync(_stopping.Token).AsTask();
        if (_log.Lease == Timeout.InfiniteTimeSpan) return await wait.ConfigureAwait(false);
        while (true)
        {
            var due = _limits.RenewEvery - _time.GetElapsedTime(_renewed);
            if (due > TimeSpan.Zero) await ((Task)wait).WaitAsync(due, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (wait.IsCompleted && due > TimeSpan.Zero) return await wait.ConfigureAwait(false);
            await RenewAsync().ConfigureAwait(false);
            await MaintainAsync(_head().Revision).ConfigureAwait(false);
            // While PostgreSQL was away the queue was emptied by refusals; a completed wait may be stale, and the loop copes with an empty batch.
            if (wait.IsCompleted) return await wait.ConfigureAwait(false);
        }
    }

    private async Task RenewAsync()
    {
        var began = _renewed = _time.GetTimestamp();
        var renewal = _log.RenewAsync(_head().Revision, _stopping.Token);
        if (!renewal.IsCompleted) await AwaitOutcomeAsync(renewal, null).ConfigureAwait(false);
        if (await renewal.ConfigureAwait(false)) Confirm(began);
    }

    private async Task MaintainAsync(long revision)
    {
        var work = _log.MaintainAsync(revision, _stopping.Token);
        if (!work.IsCompleted) await AwaitOutcomeAsync(work, null).ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }

    private void Confirm(long began)
    {
        Volatile.Write(ref _confirmed, began);
        Volatile.Write(ref _isConfirmed, true);
        _renewed = began;
    }

    private void Fill(OpenBatch batch)
    {
        while (batch.Events.Count < _limits.BatchEvents && batch.Bytes < _limits.BatchBytes)
        {
            if (!_held.TryDequeue(out var request) && !_queue.Reader.TryRead(out request)) return;
            batch.Add(request);
        }
    }

    /// <summary>Waits for company: until something urgent comes, the batch is full or the time is up.</summary>
    private async Task GatherAsync(OpenBatch batch)
    {
        using var time = new CancellationTokenSource(_limits.GatherTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _stopping.Token);
        try
        {
            while (!batch.IsUrgent && batch.Events.Count < _limits.BatchEvents && batch.Bytes < _limits.BatchBytes
                && await _queue.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false)) Fill(batch);
        }
        catch (OperationCanceledException)
        {
            // Time is up: commit what has come.
        }
    }

    private async Task CommitAsync(OpenBatch batch)
    {
        var began = _time.GetTimestamp();
        var commit = _log.AppendAsync(batch.Events, _stopping.Token);
        try
        {
            if (!commit.IsCompleted) await AwaitOutcomeAsync(commit, batch).ConfigureAwait(false);
            await commit.ConfigureAwait(false);
        }
        catch (LogRefusedException e)
        {
            StoreMetrics.Refused();
            StoreLog.BatchRefused(_logger, batch.Events.Count, e);
            batch.Fail(new StoreUnavailableException(e.Message, false, e));
            return;
        }
        catch (LogFencedException e)
        {
            batch.Fail(new StoreUnavailableException(e.Message, e.OutcomeUnknown, e));
            throw;
        }
        catch (Exception e)
        {
            batch.Fail(new StoreUnavailableException("PostgreSQL went away during the commit; read the object to learn whether it was written.", true, e));
            throw;
        }

        StoreMetrics.Committed(batch.Events.Count, _time.GetElapsedTime(began));
        Confirm(began);
        _publish(batch.Events);
        batch.Complete();
        await MaintainAsync(batch.Events[^1].Revision).ConfigureAwait(false);
    }

    /// <summary>
    /// Answers a batch in which every write was refused. A refusal tells of the present ("exists already"): it may go out only while no other
    /// process can have changed that, which a commit would have proved and a standing lease proves too.
    /// </summary>
    private async Task AnswerAsync(OpenBatch batch)
    {
        var began = _time.GetTimestamp();
        try
        {
            while (!IsCurrent)
            {
                if (_time.GetElapsedTime(began) >= _limits.WriteTimeout)
                {
                    batch.Fail(new StoreUnavailableException("PostgreSQL does not answer.", false));
                    return;
                }

                await RenewAsync().ConfigureAwait(false);
                if (!IsCurrent) await Task.Delay(Pause, _time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            batch.Fail(new StoreUnavailableException("The store lost the lead before it could vouch for its answer; ask again.", false, e));
            throw;
        }

        batch.Complete();
    }

    /// <summary>While PostgreSQL is away: after the time limit nobody is left waiting, and what arrives is refused at once; heartbeats are kept.</summary>
    private async Task AwaitOutcomeAsync(Task work, OpenBatch? batch)
    {
        await work.WaitAsync(_limits.WriteTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.IsCompleted) return;
        batch?.Fail(new StoreUnavailableException("PostgreSQL does not answer; read the object later to learn whether it was written.", true));
        while (!work.IsCompleted)
        {
            while (_queue.Reader.TryRead(out var request))
            {
                if (request.Urgency == Urgency.Now || _held.Count >= _limits.QueueLength) request.Fail(new StoreUnavailableException("PostgreSQL does not answer.", false));
                else _held.Enqueue(request);
            }

            await work.WaitAsync(Pause, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void End(StoreUnavailableException reason)
    {
        _ended = reason;
        _queue.Writer.TryComplete();
        while (_held.TryDequeue(out var held)) held.Fail(reason);
        while (_queue.Reader.TryRead(out var request)) request.Fail(reason);
    }
}
