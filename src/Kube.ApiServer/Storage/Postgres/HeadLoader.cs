using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Kube.ApiServer.Storage.Encryption;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>Reads the newest version of every object by one binary COPY.</summary>
internal static class HeadLoader
{
    /// <summary>Loads the head. Call it in the snapshot that <paramref name="revision"/> was read in.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="revision">The revision the table stands at.</param>
    /// <param name="envelope">Opens secrets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreStartException">A secret cannot be decrypted.</exception>
    public static async Task<Head> LoadAsync(NpgsqlConnection connection, long revision, SecretEnvelope envelope, CancellationToken cancellationToken)
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
