using System.Text;
using System.Threading.Channels;
using Kube.ApiServer.Watch;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>
/// The store: reads from the head in memory, and one writer that turns whatever has arrived since the last commit into the next batch.
/// The order of a commit is: decide on the head, make durable, swap the head, fill the ring, wake the watchers, answer the callers.
/// </summary>
internal sealed class ObjectStore : IObjectStore, IAsyncDisposable
{
    // An entry of PostgreSQL's index takes about 2,700 bytes; three Kubernetes names are far below either.
    private const int LongestKey = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly StoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<WriteRequest> _queue;
    private readonly Queue<WriteRequest> _held = new();
    private readonly HeadHistory _history = new();
    private readonly Lock _publishing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ICommitLog? _log;
    private volatile Head? _head;
    private EventRing? _ring;
    private Task _writer = Task.CompletedTask;
    private volatile StoreUnavailableException? _ended;
    private int _closed;

    /// <summary>A store that answers nothing until <see cref="Start"/>.</summary>
    public ObjectStore(StoreLimits limits, TimeProvider time, ILogger<ObjectStore> logger)
    {
        (_limits, _time, _logger) = (limits, time, logger);
        _queue = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(limits.QueueLength) { SingleReader = true });
    }

    /// <inheritdoc/>
    public long Revision => Current.Revision;

    /// <summary>Completes when another process has taken the lead: this one serves stale reads and must end.</summary>
    public Task Fenced => _fenced.Task;

    /// <summary>The bytes the ring of events holds.</summary>
    public long RingBytes => _ring?.Bytes ?? 0;

    private Head Current => _head ?? throw new StoreUnavailableException("The store is still loading.", false);

    /// <summary>Begins to serve.</summary>
    /// <param name="log">Takes the batches; the store disposes it.</param>
    /// <param name="head">What the log holds.</param>
    public void Start(ICommitLog log, Head head)
    {
        _log = log;
        _ring = new EventRing(_limits.RingBytes, head.Revision);
        _head = head;
        _writer = Task.Run(WriteLoopAsync);
    }

    /// <inheritdoc/>
    public StoredObject? Get(ObjectKey key) => Current.Find(key);

    /// <inheritdoc/>
    public Snapshot List(string resource, string? ns, long revision = 0, (string Namespace, string Name)? after = null)
    {
        var head = Current;
        var (tree, shown) = revision == 0 || revision == head.Revision ? (head.Of(resource), head.Revision) : (TreeAt(resource, revision), revision);
        var from = after is { } a ? tree.Rank(a.Namespace, a.Name + "\0") : 0;
        var to = tree.Count;
        if (ns is not null)
        {
            from = Math.Max(from, tree.Rank(ns, ""));
            to = tree.Rank(ns + "\0", "");
        }

        var count = Math.Max(0, to - from);
        return new Snapshot(shown, tree.Range(from, count), count);
    }

    /// <inheritdoc/>
    public async ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancellationToken)
    {
        _ = Current;
        if (_ended is { } ended) throw ended;
        CheckKey(write.Key);
        var request = new WriteRequest(write, ObjectDocument.FindMetadata(write.Json.Span), Urgencies.Of(write.Key), cancellationToken);
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

    /// <inheritdoc/>
    public IStoreWatch Watch(string resource, string? ns, long after)
    {
        _ = Current;
        return _ring!.Watch(resource, ns, after, _time);
    }

    /// <summary>Takes no more writes, commits what was taken, and closes the log. The hosted service calls it, and the container once more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _queue.Writer.TryComplete();
        _stopping.CancelAfter(_limits.WriteTimeout);
        await _writer.ConfigureAwait(false);
        if (_log is not null) await _log.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Refuses what PostgreSQL could not take: one such name would spoil the batch of everybody in it. The API server validates names more strictly before.</summary>
    private static void CheckKey(ObjectKey key)
    {
        var bytes = 0;
        foreach (var part in (ReadOnlySpan<string>)[key.Resource, key.Namespace, key.Name])
        {
            if (part.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A name must not contain NUL.", nameof(key));
            bytes += StrictUtf8.GetByteCount(part);
        }

        if (bytes > LongestKey) throw new ArgumentException($"Resource, namespace and name must not exceed {LongestKey} bytes together.", nameof(key));
    }

    private ObjectTree TreeAt(string resource, long revision)
    {
        var ring = _ring!;
        if (_history.Find(resource, revision, ring.FloorOf(resource)) is { } known) return known;
        ObjectTree present;
        IReadOnlyList<StoreEvent>? later;
        lock (_publishing)
        {
            var head = Current;
            if (revision > head.Revision) throw new ArgumentOutOfRangeException(nameof(revision), $"The resourceVersion {revision} is in the future.");
            present = head.Of(resource);
            later = ring.Since(resource, revision);
        }

        return later is null ? throw new ExpiredRevisionException(revision) : _history.RollBack(resource, revision, present, later);
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            while (_held.Count > 0 || await _queue.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                var batch = new OpenBatch(Current);
                Fill(batch);
                if (batch is { IsUrgent: false, Events.Count: > 0 }) await GatherAsync(batch).ConfigureAwait(false);
                if (batch.Events.Count > 0) await CommitAsync(batch).ConfigureAwait(false);
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
            _fenced.TrySetResult();
        }
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
        var commit = _log!.AppendAsync(batch.Events, _stopping.Token);
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
            batch.Fail(new StoreUnavailableException(e.Message, false, e));
            throw;
        }
        catch (Exception e)
        {
            batch.Fail(new StoreUnavailableException("PostgreSQL went away during the commit; read the object to learn whether it was written.", true, e));
            throw;
        }

        StoreMetrics.Committed(batch.Events.Count, _time.GetElapsedTime(began));
        Publish(batch.Events);
        batch.Complete();
        await _log.MaintainAsync(batch.Events[^1].Revision, _stopping.Token).ConfigureAwait(false);
    }

    /// <summary>While PostgreSQL is away: after the time limit nobody is left waiting, and what arrives is refused at once; heartbeats are kept.</summary>
    private async Task AwaitOutcomeAsync(Task commit, OpenBatch batch)
    {
        await commit.WaitAsync(_limits.WriteTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (commit.IsCompleted) return;
        batch.Fail(new StoreUnavailableException("PostgreSQL does not answer; read the object later to learn whether it was written.", true));
        while (!commit.IsCompleted)
        {
            while (_queue.Reader.TryRead(out var request))
            {
                if (request.Urgency == Urgency.Now || _held.Count >= _limits.QueueLength) request.Fail(new StoreUnavailableException("PostgreSQL does not answer.", false));
                else _held.Enqueue(request);
            }

            await commit.WaitAsync(TimeSpan.FromMilliseconds(50), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Publish(IReadOnlyList<StoreEvent> events)
    {
        var next = Current.Apply(events);
        lock (_publishing)
        {
            _head = next;
            _ring!.Append(events);
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
