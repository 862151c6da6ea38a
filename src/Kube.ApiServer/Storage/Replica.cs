using System.Diagnostics;
using Kube.ApiServer.Storage.Encryption;
using Kube.ApiServer.Storage.Postgres;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>
/// This process among those that share the database: follows the log while another leads, takes the lead when the other's lease has run
/// out, and follows again when it is fenced.
/// </summary>
internal sealed class Replica : ILeaderView, IAsyncDisposable
{
    // Notifications are not durable; whatever one lost is seen this much later.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly ObjectStore _store;
    private readonly StoreOptions _options;
    private readonly SecretEnvelope _envelope;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogFollower _follower;
    private readonly CommittedRevision _committed;
    private readonly CancellationTokenSource _stopping = new();
    private volatile string _address = "";
    private Task _running = Task.CompletedTask;
    private int _closed;

    private Replica(ObjectStore store, StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger, LogFollower follower)
    {
        (_store, _options, _envelope, _time, _logger, _follower) = (store, options, envelope, time, logger, follower);
        _committed = new CommittedRevision(options, time, logger);
    }

    /// <inheritdoc/>
    public string? Address => _address is { Length: > 0 } address && address != _options.Address ? address : null;

    /// <summary>Loads, and returns once this process leads or has seen that another one does.</summary>
    /// <exception cref="StoreStartException">PostgreSQL cannot be reached or must not be trusted, or a secret cannot be decrypted.</exception>
    public static async Task<Replica> StartAsync(ObjectStore store, StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var follower = await LogFollower.OpenAsync(options, envelope, time, logger, cancellationToken).ConfigureAwait(false);
        var replica = new Replica(store, options, envelope, time, logger, follower);
        try
        {
            var head = await follower.LoadAsync(cancellationToken).ConfigureAwait(false);
            store.Serve(head, replica);
            StoreLog.Loaded(logger, head.Resources.Values.Sum(t => t.Count), head.Revision, clock.ElapsedMilliseconds);
            await replica.FindRoleAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await replica.DisposeAsync().ConfigureAwait(false);
            throw e is Npgsql.NpgsqlException ? new StoreStartException("The store's database does not work: " + e.Message, e) : e;
        }

        replica._running = Task.Run(replica.RunAsync, CancellationToken.None);
        return replica;
    }

    /// <inheritdoc/>
    public Task<long> ReadRevisionAsync(CancellationToken cancellationToken) => _committed.ReadAsync(cancellationToken);

    /// <summary>Commits what was taken, gives the lead back, and lets go of the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.FollowAsync().ConfigureAwait(false);
        await _follower.DisposeAsync().ConfigureAwait(false);
        await _committed.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>A lease that stands may be that of a process that has just died: its renewal, or its end, is awaited.</summary>
    private async Task FindRoleAsync(CancellationToken cancellationToken)
    {
        var remaining = TimeSpan.MaxValue;
        while (!_store.Leads)
        {
            var leader = await StepAsync(cancellationToken).ConfigureAwait(false);
            if (leader.Remaining > remaining)
            {
                StoreLog.Follows(_logger, leader.Address, leader.Epoch, _store.Revision);
                return;
            }

            remaining = leader.Remaining;
            if (!_store.Leads) await _follower.WaitAsync(Shorter(TimeSpan.FromMilliseconds(100), remaining), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var pause = StoreConnection.FirstPause;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LeadAsync().ConfigureAwait(false);
                var leader = await StepAsync(_stopping.Token).ConfigureAwait(false);
                if (!_store.Leads) await _follower.WaitAsync(Shorter(LongestWait, leader.Remaining), _stopping.Token).ConfigureAwait(false);
                pause = StoreConnection.FirstPause;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (StoreConnection.IsLost(e) || e is StoreStartException)
            {
                StoreLog.Unreachable(_logger, e.Message);
                await _follower.DisposeAsync().ConfigureAwait(false);
                await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = StoreConnection.Longer(pause);
            }
        }
    }

    /// <summary>Lets a term run until it is fenced, if there is one.</summary>
    private async Task LeadAsync()
    {
        await _store.Fenced.WaitAsync(_stopping.Token).ConfigureAwait(false);
        await _store.FollowAsync().ConfigureAwait(false);
    }

    /// <summary>Takes in what the log holds, and the lead if it is free.</summary>
    private async Task<LeaderState> StepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await TakeInAsync(cancellationToken).ConfigureAwait(false);
            _address = page.Leader.Remaining > TimeSpan.Zero ? page.Leader.Address : "";
            if (page.Events.Count == LogFollower.PageSize) continue;
            if (page.Leader.Remaining > TimeSpan.Zero) return page.Leader;
            if (await PostgresLog.TakeAsync(_options, _envelope, _time, _logger, cancellationToken).ConfigureAwait(false) is not { } log) continue;
            try
            {
                // Nobody else can commit any more: what is read now is all there will be.
                while (_store.Revision != log.Revision) await TakeInAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await log.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _store.Lead(log);
            // A connection that listens and is never read would hold PostgreSQL's queue of notifications until it is full and every commit fails.
            await _follower.DisposeAsync().ConfigureAwait(false);
            StoreLog.Leads(_logger, log.Epoch, log.Revision);
            return page.Leader;
        }
    }

    private async Task<LogPage> TakeInAsync(CancellationToken cancellationToken)
    {
        var at = _store.Revision;
        var page = await _follower.ReadAsync(at, cancellationToken).ConfigureAwait(false);
        var follows = page.Events.Count > 0 ? page.Events[0].Version.Revision == at + 1 : page.Leader.Revision == at;
        if (follows)
        {
            if (page.Events.Count > 0) _store.Receive(EventsOf(page.Events, _store));
            return page;
        }

        // Compacted past this process, or another database than before.
        var head = await _follower.LoadAsync(cancellationToken).ConfigureAwait(false);
        StoreLog.Reloaded(_logger, at, head.Revision);
        _store.Replace(head);
        return page;
    }

    /// <summary>The log does not keep what was there before each change; the head does.</summary>
    private static List<StoreEvent> EventsOf(IReadOnlyList<LoggedChange> changes, ObjectStore store)
    {
        var events = new List<StoreEvent>(changes.Count);
        var changed = new Dictionary<ObjectKey, StoredObject?>();
        foreach (var (kind, version) in changes)
        {
            if (!changed.TryGetValue(version.Key, out var previous)) previous = store.Get(version.Key);
            var deleted = kind == WriteKind.Delete;
            events.Add(new StoreEvent(version.Revision, version.Key, deleted ? null : version, previous, deleted ? version : null));
            changed[version.Key] = deleted ? null : version;
        }

        return events;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b)
    {
        var shorter = a < b ? a : b;
        return shorter > TimeSpan.FromMilliseconds(1) ? shorter : TimeSpan.FromMilliseconds(1);
    }
}
