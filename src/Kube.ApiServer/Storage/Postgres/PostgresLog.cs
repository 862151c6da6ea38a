using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// The log in PostgreSQL, over one connection that only the writer uses. Every commit carries the epoch this process took the lead with;
/// raising the epoch fences whatever an older connection, of this process or another, may still have under way.
/// </summary>
internal sealed class PostgresLog : ICommitLog
{
    private const string FencedState = "PF001";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly StoreOptions _options;
    private readonly string _connectionString;
    private readonly SecretEnvelope _envelope;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Guid _holder = Guid.NewGuid();
    private NpgsqlConnection? _connection;
    private BatchStatement? _statement;
    private long _epoch;
    private long _roomUpTo;

    private PostgresLog(StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger)
    {
        (_options, _envelope, _time, _logger) = (options, envelope, time, logger);
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false, ApplicationName = "portal-store", Enlist = false };
        // The planner knows nothing about the arrays: without these it may scan or hash the whole head for a batch of one, plan anew each time, or compile it.
        builder.Options = string.Join(' ', builder.Options, "-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off").Trim();
        _connectionString = builder.ConnectionString;
    }

    /// <summary>Connects, brings the schema up to date, takes the lead and loads the head.</summary>
    /// <exception cref="StoreStartException">PostgreSQL does not answer in time or must not be trusted.</exception>
    public static async Task<(PostgresLog Log, Head Head)> OpenAsync(
        StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var log = new PostgresLog(options, envelope, time, logger);
        var clock = Stopwatch.StartNew();
        try
        {
            await log.ConnectFirstAsync(cancellationToken).ConfigureAwait(false);
            var connection = log._connection!;
            await Migrations.ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
            await using var take = new NpgsqlCommand("UPDATE kube.leader SET epoch = epoch + 1, holder = $1, taken_at = now() RETURNING epoch, revision", connection)
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = log._holder } },
            };
            var (epoch, revision) = await ReadLeaderAsync(take, cancellationToken).ConfigureAwait(false)
                ?? throw new StoreStartException("The table kube.leader is empty: restore the store's database from a backup.");
            log._epoch = epoch;
            var head = await HeadLoader.LoadAsync(connection, revision, envelope, cancellationToken).ConfigureAwait(false);
            await log.MakeRoomAsync(revision, cancellationToken).ConfigureAwait(false);
            log._statement = await BatchStatement.PrepareAsync(connection, envelope, cancellationToken).ConfigureAwait(false);
            StoreLog.Opened(logger, epoch, revision, head.Resources.Values.Sum(t => t.Count), clock.ElapsedMilliseconds);
            return (log, head);
        }
        catch (Exception e) when (e is NpgsqlException)
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw new StoreStartException("The store's database does not work: " + e.Message, e);
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
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
            catch (PostgresException e) when (e.SqlState == FencedState)
            {
                throw new LogFencedException();
            }
            catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
            {
                // The transaction has been rolled back and the session lives on.
                throw new LogRefusedException("PostgreSQL refused the write: " + e.MessageText, e);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException or ObjectDisposedException)
            {
                // FATAL (such as a shutdown) may come after the commit as well as before it: only the table knows.
                StoreLog.Disconnected(_logger, events[0].Revision - 1, e.Message);
                if (await ReconnectAsync(events, cancellationToken).ConfigureAwait(false)) return;
            }
        }
    }

    /// <inheritdoc/>
    public async Task MaintainAsync(long revision, CancellationToken cancellationToken)
    {
        // Half a partition ahead of need: a batch never waits for it.
        if (revision + _options.PartitionSize / 2 < _roomUpTo || _statement is null) return;
        try
        {
            await MakeRoomAsync(revision + _options.PartitionSize / 2, cancellationToken).ConfigureAwait(false);
            var floor = revision - _options.RetainRevisions + 1;
            await using var compact = new NpgsqlCommand("SELECT kube.compact_log($1)", _connection)
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = floor } },
            };
            if (await compact.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is int dropped and > 0) StoreLog.Compacted(_logger, dropped, floor);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            StoreLog.MaintenanceFailed(_logger, e.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DisconnectAsync().ConfigureAwait(false);

    private async Task DisconnectAsync()
    {
        var (statement, connection) = (_statement, _connection);
        (_statement, _connection) = (null, null);
        if (statement is not null) await statement.DisposeAsync().ConfigureAwait(false);
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await Durability.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
            _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ConnectFirstAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await ConnectAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient && _time.GetElapsedTime(started) < _options.StartTimeout)
            {
                StoreLog.Unreachable(_logger, e.Message);
            }
            catch (NpgsqlException e)
            {
                throw new StoreStartException("The store cannot connect to PostgreSQL: " + e.Message, e);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>
    /// Connects again and settles what became of the batch in flight. Raising the epoch first makes the answer final: a commit that an old
    /// backend still had under way either came before, and is seen, or is fenced.
    /// </summary>
    /// <returns>True when the batch had been committed; false when it must be sent again.</returns>
    private async Task<bool> ReconnectAsync(IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await DisconnectAsync().ConfigureAwait(false);
                await ConnectAsync(cancellationToken).ConfigureAwait(false);
                await using var take = new NpgsqlCommand("UPDATE kube.leader SET epoch = epoch + 1, taken_at = now() WHERE holder = $1 RETURNING epoch, revision", _connection)
                {
                    Parameters = { new NpgsqlParameter<Guid> { TypedValue = _holder } },
                };
                var (epoch, revision) = await ReadLeaderAsync(take, cancellationToken).ConfigureAwait(false) ?? throw new LogFencedException();
                // Neither before nor behind the batch: the database was replaced, by a restored backup for one.
                if (revision != events[0].Revision - 1 && revision != events[^1].Revision) throw new LogFencedException();
                _epoch = epoch;
                _roomUpTo = 0;
                _statement = await BatchStatement.PrepareAsync(_connection!, _envelope, cancellationToken).ConfigureAwait(false);
                var committed = revision == events[^1].Revision;
                StoreLog.Reconnected(_logger, (long)_time.GetElapsedTime(started).TotalMilliseconds, epoch, committed ? "had been committed" : "is sent again");
                return committed;
            }
            catch (Exception e) when (e is NpgsqlException or StoreStartException or IOException or TimeoutException)
            {
                StoreLog.Unreachable(_logger, e.Message);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static async Task<(long Epoch, long Revision)?> ReadLeaderAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
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
