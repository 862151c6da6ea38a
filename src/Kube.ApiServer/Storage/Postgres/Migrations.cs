using System.Reflection;
using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>Brings the schema <c>kube</c> up to date with the scripts of <c>migrations/kube</c>, which are embedded in this assembly.</summary>
internal static class Migrations
{
    // Two servers that start at once must not both create the schema. Any constant does; this is "kube" in ASCII.
    private const long LockKey = 0x6b756265;
    private const string Prefix = "kube/";

    /// <summary>Applies the scripts that are missing, in the order of their names, all in one transaction.</summary>
    /// <exception cref="StoreStartException">The database was written by a newer version.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var assembly = typeof(Migrations).Assembly;
        var known = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (var prepare = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock($1)") { Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } } },
                new NpgsqlBatchCommand("CREATE SCHEMA IF NOT EXISTS kube"),
                new NpgsqlBatchCommand("CREATE TABLE IF NOT EXISTS kube.migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"),
            },
        }) await prepare.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using (var select = new NpgsqlCommand("SELECT name FROM kube.migration", connection))
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) applied.Add(reader.GetString(0));
        }

        var unknown = applied.Where(name => !known.Contains(Prefix + name)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0) throw new StoreStartException($"The database of the store was written by a newer version ({string.Join(", ", unknown)}): start that version.");

        foreach (var resource in known.Where(name => !applied.Contains(name[Prefix.Length..])))
        {
            await using var script = new NpgsqlCommand(await ReadAsync(assembly, resource, cancellationToken).ConfigureAwait(false), connection);
            await script.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using var record = new NpgsqlCommand("INSERT INTO kube.migration (name) VALUES ($1)", connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = resource[Prefix.Length..] } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> ReadAsync(Assembly assembly, string resource, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
