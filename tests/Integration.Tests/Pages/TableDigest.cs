using Integration.Tests.Core;
using Npgsql;

namespace Integration.Tests.Pages;

/// <summary>What all tables of the product contain, of all tenants, as one digest a table; the audit apart, which keeps refusals too.</summary>
internal static class TableDigest
{
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(Product product)
    {
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(
            """
            SELECT string_agg(format('SELECT %L, coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), %L) FROM portal.%I t', tablename, '', tablename), ' UNION ALL ')
            FROM pg_tables WHERE schemaname = 'portal' AND tablename NOT IN ('audit', '__EFMigrationsHistory')
            """, connection);
        var query = (string)(await ask.ExecuteScalarAsync())!;
#pragma warning disable CA2100 // The text comes from the catalog, quoted by format().
        await using var read = new NpgsqlCommand(query, connection);
#pragma warning restore CA2100
        await using var rows = await read.ExecuteReaderAsync();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await rows.ReadAsync()) found[rows.GetString(0)] = rows.GetString(1);
        return found;
    }
}
