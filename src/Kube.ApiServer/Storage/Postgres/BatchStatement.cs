using Npgsql;
using NpgsqlTypes;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// The prepared statement that commits a batch in one round trip and one transaction: the fence and the log. Bound to one connection.
/// </summary>
internal sealed class BatchStatement : IAsyncDisposable
{
    // No row is written unless this process still leads and follows on the last revision. The notification wakes followers once a batch.
    private const string Write =
        """
        WITH led AS (
            UPDATE kube.leader SET revision = $3, renewed_at = clock_timestamp() WHERE epoch = $1 AND revision = $2 RETURNING pg_notify('kube_log', $3::text)
        )
        INSERT INTO kube.log (revision, kind, resource, namespace, name, create_revision, value)
        SELECT w.* FROM led, unnest($4::bigint[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bytea[]) AS w
        """;

    private readonly SecretEnvelope _envelope;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<long> _epoch = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _previous = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _last = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long[]> _revisions = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<short[]> _kinds = Array<short>(NpgsqlDbType.Smallint);
    private readonly NpgsqlParameter<string[]> _resources = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string[]> _namespaces = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string[]> _names = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<long[]> _created = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<byte[][]> _values = Array<byte[]>(NpgsqlDbType.Bytea);

    private BatchStatement(NpgsqlConnection connection, SecretEnvelope envelope)
    {
        _envelope = envelope;
        _command = new NpgsqlCommand(Write, connection)
        {
            Parameters = { _epoch, _previous, _last, _revisions, _kinds, _resources, _namespaces, _names, _created, _values },
        };
    }

    /// <summary>Prepares the statement on a connection.</summary>
    public static async Task<BatchStatement> PrepareAsync(NpgsqlConnection connection, SecretEnvelope envelope, CancellationToken cancellationToken)
    {
        var statement = new BatchStatement(connection, envelope);
        await statement._command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return statement;
    }

    /// <summary>Commits a batch; it has committed when this returns.</summary>
    /// <exception cref="LogFencedException">This process does not lead any more; nothing was written.</exception>
    public async Task ExecuteAsync(long epoch, IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        Fill(events);
        _epoch.TypedValue = epoch;
        _previous.TypedValue = events[0].Revision - 1;
        _last.TypedValue = events[^1].Revision;
        if (await _command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) != events.Count) throw new LogFencedException();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType element) => new() { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = [] };

    private void Fill(IReadOnlyList<StoreEvent> events)
    {
        var count = events.Count;
        var (revisions, kinds, created) = (new long[count], new short[count], new long[count]);
        var (resources, namespaces, names, values) = (new string[count], new string[count], new string[count], new byte[count][]);
        for (var i = 0; i < count; i++)
        {
            var e = events[i];
            var version = (e.Object ?? e.Deleted)!;
            revisions[i] = e.Revision;
            kinds[i] = (short)(e.Object is null ? WriteKind.Delete : e.Previous is null ? WriteKind.Create : WriteKind.Update);
            resources[i] = e.Key.Resource;
            namespaces[i] = e.Key.Namespace;
            names[i] = e.Key.Name;
            created[i] = version.CreateRevision;
            values[i] = ValueOf(version);
        }

        (_revisions.TypedValue, _kinds.TypedValue, _created.TypedValue) = (revisions, kinds, created);
        (_resources.TypedValue, _namespaces.TypedValue, _names.TypedValue, _values.TypedValue) = (resources, namespaces, names, values);
    }

    private byte[] ValueOf(StoredObject version)
    {
        if (SecretEnvelope.Covers(version.Key.Resource)) return _envelope.Seal(version.Key, version.Revision, version.Json.Span);
        // The writer makes each version as an array of its own; the copy is for whoever builds one otherwise.
        return System.Runtime.InteropServices.MemoryMarshal.TryGetArray(version.Json, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : version.Json.ToArray();
    }
}
