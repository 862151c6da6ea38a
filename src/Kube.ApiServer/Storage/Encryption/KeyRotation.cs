using Kube.ApiServer.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kube.ApiServer.Storage.Encryption;

/// <summary>
/// Gives the secrets of the store a new key while servers run: a new first line in the key file, which new writes use, then every envelope that another
/// key wraps is sealed anew, under the revision it has. May be cut off and run again at any time.
/// </summary>
public static class KeyRotation
{
    private const int Page = 200;

    /// <summary>Rotates.</summary>
    /// <param name="options">The store's settings; the servers' own.</param>
    /// <param name="removeOld">Take the old keys out of the file at the end, once nothing is sealed with them.</param>
    /// <param name="progress">Told the number of envelopes sealed anew so far.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    /// <returns>The id of the new key and how many envelopes were sealed anew.</returns>
    /// <exception cref="StoreStartException">PostgreSQL or the key file cannot be used, or an envelope does not open.</exception>
    public static async Task<(string KeyId, int Sealed)> RunAsync(StoreOptions options, bool removeOld, IProgress<int>? progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = options.EncryptionKeyPath;
        if (!File.Exists(path)) throw new StoreStartException($"The key file {path} does not exist: nothing was encrypted yet, or it is elsewhere.");
        KeyFile.Read(path).WithNewKey().Write(path, overwrite: true);
        // From here on every server seals with the new key, whatever it was doing.
        await Task.Delay(EncryptionKeyring.Notice * 2, time, cancellationToken).ConfigureAwait(false);

        var keyring = EncryptionKeyring.Open(path, NullLogger.Instance, time);
        var envelope = new SecretEnvelope(keyring);
        try
        {
            await using var connection = await new StoreConnection(options, time, NullLogger.Instance).OpenFirstAsync(cancellationToken).ConfigureAwait(false);
            var count = 0;
            // The head takes rows over from the log: that one first, so that none arrives behind this under an old key.
            foreach (var table in (Table[])[Table.Log, Table.Head]) count = await RewriteAsync(connection, table, envelope, count, progress, cancellationToken).ConfigureAwait(false);
            if (removeOld) KeyFile.Read(path).WithoutOldKeys().Write(path, overwrite: true);
            return (keyring.CurrentId, count);
        }
        catch (NpgsqlException e)
        {
            throw new StoreStartException("The keys were not rotated to the end; run it again. " + e.Message, e);
        }
    }

    private enum Table
    {
        Head,
        Log,
    }

    private static async Task<int> RewriteAsync(NpgsqlConnection connection, Table table, SecretEnvelope envelope, int count, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var (select, update) = table == Table.Head
            ? ("SELECT revision, namespace, name, value FROM kube.head WHERE resource = 'secrets' AND revision > $1 ORDER BY revision LIMIT $2", "UPDATE kube.head SET value = $4 WHERE resource = 'secrets' AND namespace = $2 AND name = $3 AND revision = $1")
            : ("SELECT revision, namespace, name, value FROM kube.log WHERE resource = 'secrets' AND revision > $1 ORDER BY revision LIMIT $2", "UPDATE kube.log SET value = $4 WHERE resource = 'secrets' AND namespace = $2 AND name = $3 AND revision = $1");
        var after = 0L;
        while (true)
        {
            var rows = new List<(long Revision, string Namespace, string Name, byte[] Value)>();
            await using (var page = new NpgsqlCommand(select, connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = Page } } })
            await using (var reader = await page.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3)));
            }

            if (rows.Count == 0) return count;
            after = rows[^1].Revision;
            await using var batch = new NpgsqlBatch(connection);
            foreach (var (revision, ns, name, value) in rows.Where(row => !envelope.IsCurrent(row.Value)))
            {
                // The row is matched by its revision: one that a server has written meanwhile is sealed with the new key already.
                var key = new ObjectKey("secrets", ns, name);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(update)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long> { TypedValue = revision },
                        new NpgsqlParameter<string> { TypedValue = ns },
                        new NpgsqlParameter<string> { TypedValue = name },
                        new NpgsqlParameter<byte[]> { TypedValue = envelope.Seal(key, revision, envelope.Open(key, revision, value)) },
                    },
                });
            }

            if (batch.BatchCommands.Count == 0) continue;
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            count += batch.BatchCommands.Count;
            progress?.Report(count);
        }
    }
}
