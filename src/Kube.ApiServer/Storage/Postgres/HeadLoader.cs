using System.Collections.Immutable;
using System.Data;
using Npgsql;
using NpgsqlTypes;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>Reads the newest version of every object: what the head shows by one binary COPY, and what the log holds behind it.</summary>
internal static class HeadLoader
{
    /// <summary>Loads everything at one revision, whoever writes meanwhile.</summary>
    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="envelope">Opens secrets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreStartException">A secret cannot be decrypted, or the store has lost the row of its leader.</exception>
    public static async Task<Head> LoadAsync(NpgsqlConnection connection, SecretEnvelope envelope, CancellationToken cancellationToken)
    {
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var select = new NpgsqlCommand("SELECT h.revision FROM kube.leader, kube.head_state h", connection);
        var revision = await select.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as long?
            ?? throw new StoreStartException("The table kube.leader or kube.head_state is empty: restore the store's database from a backup.");
        var head = await LoadTableAsync(connection, revision, envelope, cancellationToken).ConfigureAwait(false);
        return await TakeInLogAsync(connection, head, envelope, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Head> TakeInLogAsync(NpgsqlConnection connection, Head head, SecretEnvelope envelope, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand("SELECT " + LogRow.Columns + " FROM kube.log WHERE revision > $1 ORDER BY revision", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = head.Revision } },
        };
        await using var reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var events = new List<StoreEvent>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (kind, version) = LogRow.Read(reader, envelope);
            // Nobody is told of these: what was there before each does not matter.
            events.Add(kind == WriteKind.Delete ? new StoreEvent(version.Revision, version.Key, null, null, version) : new StoreEvent(version.Revision, version.Key, version, null, null));
        }

        return events.Count == 0 ? head : head.Apply(events);
    }

    private static async Task<Head> LoadTableAsync(NpgsqlConnection connection, long revision, SecretEnvelope envelope, CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, List<StoredObject>>(StringComparer.Ordinal);
        var namespaces = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var copy = await connection.BeginBinaryExportAsync(
            "COPY kube.head (resource, namespace, name, revision, create_revision, value) TO STDOUT (FORMAT BINARY)", cancellationToken).ConfigureAwait(false))
        {
            copy.Timeout = Timeout.InfiniteTimeSpan;
            // The synchronous reads come from the buffer; an await for each of six columns would cost more than the work itself.
            while (await copy.StartRowAsync(cancellationToken).ConfigureAwait(false) >= 0)
            {
                var resource = copy.Read<string>(NpgsqlDbType.Text);
                var ns = copy.Read<string>(NpgsqlDbType.Text);
                var name = copy.Read<string>(NpgsqlDbType.Text);
                var written = copy.Read<long>(NpgsqlDbType.Bigint);
                var created = copy.Read<long>(NpgsqlDbType.Bigint);
                var value = copy.Read<byte[]>(NpgsqlDbType.Bytea);

                if (!objects.TryGetValue(resource, out var list)) objects[resource] = list = [];
                else resource = list[0].Key.Resource;
                if (!namespaces.TryGetValue(ns, out var shared)) namespaces[ns] = shared = ns;
                var key = new ObjectKey(resource, shared, name);
                if (SecretEnvelope.Covers(resource)) value = envelope.Open(key, written, value);
                list.Add(new StoredObject(key, written, created, value, ObjectDocument.ReadLabels(value)));
            }
        }

        var resources = ImmutableDictionary.CreateBuilder<string, ObjectTree>(StringComparer.Ordinal);
        foreach (var (resource, list) in objects)
        {
            list.Sort(static (a, b) =>
            {
                var order = ReferenceEquals(a.Key.Namespace, b.Key.Namespace) ? 0 : string.CompareOrdinal(a.Key.Namespace, b.Key.Namespace);
                return order != 0 ? order : string.CompareOrdinal(a.Key.Name, b.Key.Name);
            });
            resources[resource] = ObjectTree.FromSorted(list);
        }

        return new Head(revision, resources.ToImmutable());
    }
}
