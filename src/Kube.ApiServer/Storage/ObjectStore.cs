using System.Text;
using Kube.ApiServer.Watch;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>
/// The store: reads from the head in memory, whoever moves it. While this process leads, a <see cref="GroupCommit"/> does; while it follows,
/// the changes another process has committed are handed in by <see cref="Receive"/>.
/// </summary>
internal sealed class ObjectStore : IObjectStore, IAsyncDisposable
{
    // An entry of PostgreSQL's index takes about 2,700 bytes; three Kubernetes names are far below either.
    private const int LongestKey = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly StoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _publishing = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HeadHistory _history = new();
    private volatile Head? _head;
    private volatile EventRing? _ring;
    private volatile GroupCommit? _commit;
    private volatile ILeaderView? _leader;
    private TaskCompletionSource? _advanced;
    private TaskCompletionSource? _roleChanged;
    private int _closed;

    /// <summary>A store that answers nothing until <see cref="Serve"/> or <see cref="Start"/>.</summary>
    public ObjectStore(StoreLimits limits, TimeProvider time, ILogger<ObjectStore> logger) => (_limits, _time, _logger) = (limits, time, logger);

    /// <inheritdoc/>
    public long Revision => Current.Revision;

    /// <inheritdoc/>
    public bool Leads => _commit is { Fenced.IsCompleted: false };

    /// <inheritdoc/>
    public string? LeaderAddress => _leader?.Address;

    /// <summary>Completes when another process has taken the lead from this one.</summary>
    public Task Fenced => _commit?.Fenced ?? Task.CompletedTask;

    /// <summary>Completes when the writer has met what it cannot mend: the process must end.</summary>
    public Task Failed => _failed.Task;

    /// <summary>The bytes the ring of events holds.</summary>
    public long RingBytes => _ring?.Bytes ?? 0;

    private Head Current => _head ?? throw new StoreUnavailableException("The store is still loading.", false);

    /// <summary>Begins to serve and to lead.</summary>
    /// <param name="log">Takes the batches; the store disposes it.</param>
    /// <param name="head">What the log holds.</param>
    public void Start(ICommitLog log, Head head)
    {
        Serve(head, null);
        Lead(log);
    }

    /// <summary>Begins to serve reads and watches as a follower.</summary>
    /// <param name="head">The newest committed state.</param>
    /// <param name="leader">Tells of the process that leads; null when this one will at once.</param>
    public void Serve(Head head, ILeaderView? leader)
    {
        _leader = leader;
        _ring = new EventRing(_limits.RingBytes, head.Revision);
        _head = head;
    }

    /// <summary>Begins a term as the leader. The head must show everything in the log.</summary>
    /// <param name="log">Takes the batches; disposed with the term.</param>
    public void Lead(ICommitLog log)
    {
        _ = Current;
        var commit = new GroupCommit(_limits, log, () => Current, Receive, _time, _logger);
        _commit = commit;
        SignalRole();
        _ = EndWhenFailedAsync(commit);
    }

    /// <summary>Ends the term: what was taken is committed, the log is closed, and the store follows.</summary>
    public async ValueTask FollowAsync()
    {
        if (_commit is not { } commit) return;
        await commit.DisposeAsync().ConfigureAwait(false);
        _commit = null;
        SignalRole();
    }

    /// <inheritdoc/>
    public async Task WaitForRoleAsync(bool leads, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_publishing)
            {
                if (Leads == leads) return;
                changed = (_roleChanged ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes committed changes visible: swaps the head, fills the ring, wakes watchers and whoever waits for a revision.</summary>
    /// <param name="events">At least one, contiguous behind <see cref="Revision"/>.</param>
    public void Receive(IReadOnlyList<StoreEvent> events)
    {
        var next = Current.Apply(events);
        TaskCompletionSource? advanced;
        lock (_publishing)
        {
            _head = next;
            _ring!.Append(events);
            (advanced, _advanced) = (_advanced, null);
        }

        advanced?.SetResult();
    }

    /// <summary>
    /// Starts over from a state that does not follow on the present one: the log behind it was compacted, or the database was restored.
    /// Every watch ends with 410, for what lies between is not known.
    /// </summary>
    public void Replace(Head head)
    {
        var old = _ring!;
        lock (_publishing)
        {
            _history = new HeadHistory();
            _ring = new EventRing(_limits.RingBytes, head.Revision);
            _head = head;
        }

        old.Close();
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
        return new Snapshot(shown, tree, from, count);
    }

    /// <inheritdoc/>
    public async ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancellationToken)
    {
        _ = Current;
        if (_commit is not { } commit) throw new StoreUnavailableException("This server process follows another one and takes no writes itself.", false);
        CheckKey(write.Key);
        var request = new WriteRequest(write, ObjectDocument.FindMetadata(write.Json.Span), Urgencies.Of(write.Key), cancellationToken);
        return await commit.WriteAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IStoreWatch Watch(string resource, WatchScope scope, long after)
    {
        _ = Current;
        return _ring!.Watch(resource, scope, after, _time);
    }

    /// <inheritdoc/>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        _ = Current;
        return _commit is { IsCurrent: true } ? ValueTask.CompletedTask : new ValueTask(CatchUpSlowlyAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReachAsync(long revision, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            Task advanced;
            lock (_publishing)
            {
                if (Current.Revision >= revision) return true;
                advanced = (_advanced ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            var rest = patience - _time.GetElapsedTime(started);
            if (rest <= TimeSpan.Zero) return false;
            await advanced.WaitAsync(rest, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends the term, if there is one. The hosted service calls it, and the container once more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        if (_commit is { } commit) await commit.DisposeAsync().ConfigureAwait(false);
    }

    private void SignalRole()
    {
        TaskCompletionSource? changed;
        lock (_publishing) (changed, _roleChanged) = (_roleChanged, null);
        changed?.SetResult();
    }

    private async Task CatchUpSlowlyAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < _limits.ReadPatience)
        {
            if (_commit is { } commit)
            {
                // A leader whose lease is in doubt: the writer renews it as soon as PostgreSQL answers, or learns that it was fenced.
                if (commit.IsCurrent) return;
                if (!commit.Fenced.IsCompleted)
                {
                    await Task.Delay(Glance, _time, cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }

            if (_leader is not { } leader) break;
            var committed = await leader.ReadRevisionAsync(cancellationToken).ConfigureAwait(false);
            if (await ReachAsync(committed, _limits.ReadPatience, cancellationToken).ConfigureAwait(false)) return;
        }

        throw new StoreUnavailableException("This server process cannot tell now whether it shows the newest state; ask again, or with resourceVersion=0 for what it has.", false);
    }

    private async Task EndWhenFailedAsync(GroupCommit commit)
    {
        await commit.Failed.ConfigureAwait(false);
        _failed.TrySetResult();
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
        ObjectTree present;
        IReadOnlyList<StoreEvent>? later;
        HeadHistory history;
        lock (_publishing)
        {
            var (head, ring) = (Current, _ring!);
            history = _history;
            if (history.Find(resource, revision, ring.FloorOf(resource)) is { } known) return known;
            if (revision > head.Revision) throw new ArgumentOutOfRangeException(nameof(revision), $"The resourceVersion {revision} is in the future.");
            present = head.Of(resource);
            later = ring.Since(resource, revision);
        }

        return later is null ? throw new ExpiredRevisionException(revision) : history.RollBack(resource, revision, present, later);
    }
}
