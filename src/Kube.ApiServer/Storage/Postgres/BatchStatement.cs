using Npgsql;
using NpgsqlTypes;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>
/// The prepared statements that commit a batch in one round trip and one transaction: the fence, then log and head from the same arrays,
/// so that every value crosses the wire once. Bound to one connection.
/// </summary>
internal sealed class BatchStatement : IAsyncDisposable
{
    private const string Write =
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[], $8::boolean[])
                AS w (revision, kind, resource, namespace, name, create_revision, value, newest)
        ), logged AS (
            INSERT INTO kube.log (revision, kind, resource, namespace, name, create_revision, value)
            SELECT revision, kind, resource, namespace, name, create_revision, value FROM w
        ), removed AS (
            DELETE FROM kube.head h USING w
            WHERE w.newest AND w.kind = 2 AND h.resource = w.resource AND h.namespace = w.namespace AND h.name = w.name
        )
        INSERT INTO kube.head AS h (resource, namespace, name, revision, create_revision, value)
        SELECT resource, namespace, name, revision, create_revision, value FROM w WHERE newest AND kind <> 2
        ON CONFLICT (resource, namespace, name) DO UPDATE
            SET revision = excluded.revision, create_revision = excluded.create_revision, value = excluded.value
        """;

    private readonly SecretEnvelope _envelope;
    private readonly NpgsqlBatch _batch;
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
    private readonly NpgsqlParameter<bool[]> _newest = Array<bool>(NpgsqlDbType.Boolean);

    private BatchStatement(NpgsqlConnection connection, SecretEnvelope envelope)
    {
        _envelope = envelope;
        _batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT kube.fence($1, $2, $3)") { Parameters = { _epoch, _previous, _last } },
                new NpgsqlBatchCommand(Write) { Parameters = { _revisions, _kinds, _resources, _namespaces, _names, _created, _values, _newest } },
            },
        };
    }

    /// <summary>Prepares the statements on a connection.</summary>
    public static async Task<BatchStatement> PrepareAsync(NpgsqlConnection connection, SecretEnvelope envelope, CancellationToken cancellationToken)
    {
        var statement = new BatchStatement(connection, envelope);
        await statement._batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return statement;
    }

    /// <summary>Commits a batch. The commands of an <see cref="NpgsqlBatch"/> share one implicit transaction; it has committed when this returns.</summary>
    public async Task ExecuteAsync(long epoch, IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        Fill(events);
        _epoch.TypedValue = epoch;
        _previous.TypedValue = events[0].Revision - 1;
        _last.TypedValue = events[^1].Revision;
        await _batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType element) => new() { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = [] };

    private void Fill(IReadOnlyList<StoreEvent> events)
    {
        var count = events.Count;
        var (revisions, kinds, created, newest) = (new long[count], new short[count], new long[count], new bool[count]);
        var (resources, namespaces, names, values) = (new string[count], new string[count], new string[count], new byte[count][]);
        var seen = new HashSet<ObjectKey>(count);
        for (var i = count - 1; i >= 0; i--)
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
            // The head takes only the last change of a key: one statement may not touch a row twice.
            newest[i] = seen.Add(e.Key);
        }

        (_revisions.TypedValue, _kinds.TypedValue, _created.TypedValue, _newest.TypedValue) = (revisions, kinds, created, newest);
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
