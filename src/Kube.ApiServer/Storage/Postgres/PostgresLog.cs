using Microsoft.Extensions.Logging;
using Npgsql;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// The log in PostgreSQL as its leader writes it, over one connection that only the writer uses. Every commit carries the epoch this process
/// took the lead with; raising the epoch fences whatever an older connection, of this process or another, may still have under way.
/// </summary>
internal sealed class PostgresLog : ICommitLog
{
    private const string FencedState = "PF001";
    private static readonly TimeSpan CompactEvery = TimeSpan.FromSeconds(5);

    private readonly StoreOptions _options;
    private readonly StoreConnection _connections;
    private readonly SecretEnvelope _envelope;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Guid _holder = Guid.NewGuid();
    private NpgsqlConnection? _connection;
    private BatchStatement? _statement;
    private HeadKeeper? _head;
    private long _epoch;
    private long _roomUpTo;
    private long _compacted;

    private PostgresLog(StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger)
    {
        (_options, _envelope, _time, _logger) = (options, envelope, time, logger);
        _connections = new StoreConnection(options, time, logger);
        // The renewal of an idle leader is not flushed to disk: after a crash of PostgreSQL it may be missing, which the margin makes up for.
        Lease = options.LeaseDuration * 0.6;
    }

    /// <inheritdoc/>
    public TimeSpan Lease { get; }

    /// <summary>The epoch of this leader.</summary>
    public long Epoch => _epoch;

    /// <summary>The last revision in the log when the lead was taken.</summary>
    public long Revision { get; private set; }

    /// <summary>Takes the lead if nobody's lease stands against it. From then on nobody else can commit.</summary>
    /// <returns>Null when another process leads.</returns>
    /// <exception cref="StoreStartException">PostgreSQL must not be trusted, or has lost the table of the leader.</exception>
    public static async Task<PostgresLog?> TakeAsync(StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var log = new PostgresLog(options, envelope, time, logger);
        try
        {
            if (await log.TakeLeadAsync(cancellationToken).ConfigureAwait(false) is { } revision)
            {
                log.Revision = revision;
                await log.MakeRoomAsync(revision, cancellationToken).ConfigureAwait(false);
                log._head = new HeadKeeper(log._connections, time, logger);
                return log;
            }
        }
        catch
        {
            await log.DisconnectAsync().ConfigureAwait(false);
            throw;
        }

        await log.DisconnectAsync().ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (_statement is null) throw new NpgsqlException("The connection is closed.");
                if (events[^1].Revision >= _roomUpTo) await MakeRoomAsync(events[^1].Revision, cancellationToken).ConfigureAwait(false);
                // Not cancelled: a cut-off commit is the one thing to avoid, and PostgreSQL answers or breaks the connection.
                await _statement.ExecuteAsync(_epoch, events, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
            {
                // The transaction has been rolled back and the session lives on.
                throw new LogRefusedException("PostgreSQL refused the write: " + e.MessageText, e);
            }
            catch (Exception e) when (StoreConnection.IsLost(e))
            {
                // FATAL (such as a shutdown) may come after the commit as well as before it: only the table knows.
                StoreLog.Disconnected(_logger, events[0].Revision - 1, e.Message);
                if (await ReconnectAsync(events, cancellationToken).ConfigureAwait(false)) return;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RenewAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            if (_statement is null)
            {
                // One attempt: the next write or renewal makes another.
                if (await ResumeAsync(cancellationToken).ConfigureAwait(false) != revision) throw new LogFencedException();
                return true;
            }

            await using var renew = new NpgsqlBatch(_connection)
            {
                BatchCommands =
                {
                    new NpgsqlBatchCommand("SELECT set_config('synchronous_commit', 'off', true)"),
                    new NpgsqlBatchCommand("SELECT kube.renew($1)") { Parameters = { new NpgsqlParameter<long> { TypedValue = _epoch } } },
                },
            };
            await renew.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == FencedState)
        {
            throw new LogFencedException();
        }
        catch (Exception e) when (StoreConnection.IsLost(e) || e is StoreStartException)
        {
            StoreLog.Disconnected(_logger, revision, e.Message);
            await DisconnectAsync().ConfigureAwait(false);
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task MaintainAsync(long revision, CancellationToken cancellationToken)
    {
        // Half a partition ahead of need: a batch never waits for it.
        var needsRoom = revision + _options.PartitionSize / 2 >= _roomUpTo;
        if (_statement is null || (!needsRoom && _time.GetElapsedTime(_compacted) < CompactEvery)) return;
        try
        {
            if (needsRoom) await MakeRoomAsync(revision + _options.PartitionSize / 2, cancellationToken).ConfigureAwait(false);
            _compacted = _time.GetTimestamp();
            await using var compact = new NpgsqlCommand("SELECT dropped, floor FROM kube.compact_log($1, $2)", _connection)
            {
                Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = _options.RetainTime }, new NpgsqlParameter<long> { TypedValue = _options.RetainBytes } },
            };
            await using var reader = await compact.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetInt32(0) is var dropped and > 0) StoreLog.Compacted(_logger, dropped, reader.GetInt64(1));
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            StoreLog.MaintenanceFailed(_logger, e.Message);
        }
    }

    /// <summary>Gives the lead back if it is still held, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_head is not null) await _head.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (_connection is not null && _statement is not null)
            {
                await using var yield = new NpgsqlCommand("SELECT kube.yield_lead($1)", _connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = _epoch } }, CommandTimeout = 2 };
                await yield.ExecuteNonQueryAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (StoreConnection.IsLost(e))
        {
            // The lease runs out by itself.
        }

        await DisconnectAsync().ConfigureAwait(false);
    }

    private async Task DisconnectAsync()
    {
        var (statement, connection) = (_statement, _connection);
        (_statement, _connection) = (null, null);
        if (statement is not null) await statement.DisposeAsync().ConfigureAwait(false);
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes a free lead; null when another process has it.</summary>
    private Task<long?> TakeLeadAsync(CancellationToken cancellationToken) => ConnectAsync(
        new NpgsqlCommand("SELECT new_epoch, last_revision FROM kube.take_lead($1, $2, $3)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = _holder },
                new NpgsqlParameter<string> { TypedValue = _options.Address },
                new NpgsqlParameter<TimeSpan> { TypedValue = _options.LeaseDuration },
            },
        },
        cancellationToken);

    /// <summary>
    /// Takes a term up again after a lost connection; null when another process has led meanwhile, even if it does no more: the revision alone
    /// cannot tell this term's commits from that one's.
    /// </summary>
    private Task<long?> ResumeAsync(CancellationToken cancellationToken) => ConnectAsync(
        new NpgsqlCommand("SELECT new_epoch, last_revision FROM kube.resume_lead($1)") { Parameters = { new NpgsqlParameter<Guid> { TypedValue = _holder } } },
        cancellationToken);

    /// <summary>Connects and raises the epoch; null when that is refused. The answer is the last revision in the log.</summary>
    private async Task<long?> ConnectAsync(NpgsqlCommand raise, CancellationToken cancellationToken)
    {
        await DisconnectAsync().ConfigureAwait(false);
        _connection = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        long revision;
        raise.Connection = _connection;
        await using (raise)
        await using (var reader = await raise.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
            (_epoch, revision) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        _roomUpTo = 0;
        _statement = await BatchStatement.PrepareAsync(_connection, _envelope, cancellationToken).ConfigureAwait(false);
        return revision;
    }

    /// <summary>
    /// Connects again and settles what became of the batch in flight. Raising the epoch first makes the answer final: a commit that an old
    /// backend still had under way either came before, and is seen, or is fenced.
    /// </summary>
    /// <returns>True when the batch had been committed; false when it must be sent again.</returns>
    private async Task<bool> ReconnectAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var pause = StoreConnection.FirstPause;
        while (true)
        {
            try
            {
                // Another process may have taken the lead before the batch or behind it; the log tells the follower this process then becomes.
                var revision = await ResumeAsync(cancellationToken).ConfigureAwait(false) ?? throw new LogFencedException(outcomeUnknown: true);
                // Neither before nor behind the batch: the database was replaced, by a restored backup for one.
                if (revision != events[0].Revision - 1 && revision != events[^1].Revision) throw new LogFencedException(outcomeUnknown: true);
                var committed = revision == events[^1].Revision;
                StoreLog.Reconnected(_logger, (long)_time.GetElapsedTime(started).TotalMilliseconds, _epoch, committed ? "had been committed" : "is sent again");
                return committed;
            }
            catch (Exception e) when (StoreConnection.IsLost(e) || e is StoreStartException)
            {
                StoreLog.Unreachable(_logger, e.Message);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = StoreConnection.Longer(pause);
        }
    }

    private async Task MakeRoomAsync(long revision, CancellationToken cancellationToken)
    {
        await using var extend = new NpgsqlBatch(_connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT kube.extend_log($1, $2)")
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = _options.PartitionSize }, new NpgsqlParameter<long> { TypedValue = revision + 1 } },
                },
                new NpgsqlBatchCommand("SELECT max(to_revision) FROM kube.log_partition"),
            },
        };
        await using var reader = await extend.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _roomUpTo = reader.GetInt64(0);
    }
}
