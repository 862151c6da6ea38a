using System.Data;
using Kube.ApiServer.Storage.Encryption;
using Kube.ApiServer.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kube.ApiServer.Storage;

/// <summary>What a backup of the store needs of it: a moment that dumps can share, and a fresh beginning after a restore.</summary>
public sealed class StoreBackup : IAsyncDisposable
{
    // No client of the lost history has seen a revision this far on: years of constant full load.
    private const long Skip = 10_000_000_000;

    private readonly NpgsqlConnection _snapshot;
    private readonly NpgsqlConnection _writer;

    private StoreBackup(NpgsqlConnection snapshot, NpgsqlConnection writer) => (_snapshot, _writer) = (snapshot, writer);

    /// <summary>Name of the snapshot, for <c>pg_dump --snapshot</c>; valid until this is disposed.</summary>
    public string SnapshotId { get; private set; } = "";

    /// <summary>The revision it shows.</summary>
    public long Revision { get; private set; }

    /// <summary>How many objects it holds.</summary>
    public long Objects { get; private set; }

    /// <summary>Fixes a moment. Nothing commits to the store until <see cref="LetWriteAsync"/>, so that another database can be fixed at the same one.</summary>
    /// <param name="connectionString">The store's database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<StoreBackup> FixAsync(string connectionString, CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        var backup = new StoreBackup(new NpgsqlConnection(text), new NpgsqlConnection(text));
        try
        {
            await backup._writer.OpenAsync(cancellationToken).ConfigureAwait(false);
            await backup._snapshot.OpenAsync(cancellationToken).ConfigureAwait(false);
            await backup._writer.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (var hold = new NpgsqlCommand("SELECT FROM kube.leader FOR UPDATE", backup._writer)) await hold.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            // Behind the lock nothing commits any more: the head can show all there is, and what it shows can be counted.
            await using (var advance = new NpgsqlCommand("SELECT kube.advance_head($1)", backup._snapshot) { Parameters = { new NpgsqlParameter<long> { TypedValue = Skip } } })
                await advance.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await backup._snapshot.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            await using var fix = new NpgsqlCommand("SELECT pg_export_snapshot(), (SELECT revision FROM kube.leader), (SELECT count(*) FROM kube.head)", backup._snapshot);
            await using var reader = await fix.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            (backup.SnapshotId, backup.Revision, backup.Objects) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
            return backup;
        }
        catch
        {
            await backup.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets commits go on; the snapshot stays.</summary>
    public async Task LetWriteAsync() => await _writer.CloseAsync().ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _snapshot.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a restored database a history of its own: the epoch is raised, so that whoever wrote to the lost one is refused; revisions go on behind
    /// all that clients of the lost one can have seen, so that their watches get 410; nodes are forgotten, so that they join anew, and their pods start again there.
    /// </summary>
    /// <param name="options">The settings the server will start with.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The revision the store goes on from, and how many objects it holds.</returns>
    /// <exception cref="StoreStartException">A secret does not open with the key file, or PostgreSQL does not work.</exception>
    public static async Task<(long Revision, long Objects)> BeginAnewAsync(StoreOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = await new StoreConnection(options, time, NullLogger.Instance).OpenFirstAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Migrations.ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
            // Everything is read once as a start would, before anything is changed: a missing key shows now and not to the first user.
            var keyring = EncryptionKeyring.Open(options.EncryptionKeyPath, NullLogger.Instance, time);
            var head = await HeadLoader.LoadAsync(connection, new SecretEnvelope(keyring), cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var begin = new NpgsqlCommand("SELECT first_revision FROM kube.begin_anew($1)", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = Skip } } };
            var revision = (long)(await begin.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            await using var forget = new NpgsqlCommand("DELETE FROM kube.head WHERE resource = 'nodes' OR (resource = 'leases.coordination.k8s.io' AND namespace = 'kube-node-lease')", connection);
            await forget.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (revision, head.Resources.Values.Sum(tree => (long)tree.Count));
        }
        catch (NpgsqlException e)
        {
            throw new StoreStartException("The restored store does not work: " + e.Message, e);
        }
    }
}
