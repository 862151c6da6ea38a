using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>Makes sure that PostgreSQL keeps what it has acknowledged.</summary>
internal static class Durability
{
    private static readonly string[] Settings = ["fsync", "full_page_writes", "synchronous_commit"];

    /// <summary>Reads the settings as they hold for this session.</summary>
    /// <exception cref="StoreStartException">One is off; the message names all that are, and the fix.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var off = new List<string>();
        await using var command = new NpgsqlCommand("SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name", connection)
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = Settings } },
        };
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (reader.GetString(1) == "off") off.Add(reader.GetString(0));
            }
        }

        if (off.Count == 0) return;
        throw new StoreStartException(
            $"PostgreSQL runs with {string.Join(" and ", off.Select(s => s + " = off"))}, so a crash could lose what was acknowledged: "
            + $"set {string.Join(" and ", off.Select(s => s + " = on"))} in postgresql.conf and restart PostgreSQL.");
    }
}
