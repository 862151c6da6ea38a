using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// Reads the log as another process writes it, over one connection that listens for the leader's notifications. A notification only wakes;
/// what happened is what the log says.
/// </summary>
internal sealed class LogFollower : IAsyncDisposable
{
    /// <summary>The most rows of one read.</summary>
    public const int PageSize = 2000;

    private readonly StoreOptions _options;
    private readonly StoreConnection _connections;
    private readonly SecretEnvelope _envelope;
    private NpgsqlConnection? _connection;

    private LogFollower(StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger)
    {
        (_options, _envelope) = (options, envelope);
        _connections = new StoreConnection(options, time, logger);
    }

    /// <summary>Connects and brings the schema up to date.</summary>
    /// <exception cref="StoreStartException">PostgreSQL does not answer in time or must not be trusted.</exception>
    public static async Task<LogFollower> OpenAsync(StoreOptions options, SecretEnvelope envelope, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var follower = new LogFollower(options, envelope, time, logger);
        try
        {
            follower._connection = await follower._connections.OpenFirstAsync(cancellationToken).ConfigureAwait(false);
            await Migrations.ApplyAsync(follower._connection, cancellationToken).ConfigureAwait(false);
            await follower.ListenAsync(cancellationToken).ConfigureAwait(false);
            return follower;
        }
        catch (Exception e)
        {
            await follower.DisposeAsync().ConfigureAwait(false);
            throw e is NpgsqlException ? new StoreStartException("The store's database does not work: " + e.Message, e) : e;
        }
    }

    /// <summary>Reads every object at one revision, whoever writes meanwhile.</summary>
    /// <exception cref="StoreStartException">A secret cannot be decrypted.</exception>
    public async Task<Head> LoadAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectedAsync(cancellationToken).ConfigureAwait(false);
        return await HeadLoader.LoadAsync(connection, _envelope, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the leader, and then what the log holds behind a revision.</summary>
    public async Task<LogPage> ReadAsync(long after, CancellationToken cancellationToken)
    {
        var connection = await ConnectedAsync(cancellationToken).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT epoch, revision, address, extract(epoch FROM greatest(renewed_at, clock_timestamp() - interval '1 hour') + $1 - clock_timestamp())::float8 FROM kube.leader")
                {
                    Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = _options.LeaseDuration } },
                },
                new NpgsqlBatchCommand("SELECT " + LogRow.Columns + " FROM kube.log WHERE revision > $1 ORDER BY revision LIMIT $2")
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = PageSize } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) throw new NpgsqlException("The table kube.leader is empty.");
        var leader = new LeaderState(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), TimeSpan.FromSeconds(reader.GetDouble(3)));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var events = new List<LoggedChange>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) events.Add(LogRow.Read(reader, _envelope));
        return new LogPage(leader, events);
    }

    /// <summary>Waits until the leader tells of a commit, or the time is up.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var connection = await ConnectedAsync(cancellationToken).ConfigureAwait(false);
        await connection.WaitAsync(atMost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of a connection that is of no more use; the next read opens another.</summary>
    public async ValueTask DisposeAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<NpgsqlConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        if (_connection is { State: ConnectionState.Open } open) return open;
        await DisposeAsync().ConfigureAwait(false);
        _connection = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        return _connection;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var listen = new NpgsqlCommand("LISTEN kube_log", _connection);
        await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
