using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Portal.Migrations;

/// <summary>
/// What a context's history table says, read without Entity Framework: it would build the context's whole model first, which took a second of every start, and nearly
/// every start finds nothing to do.
/// </summary>
internal static class AppliedMigrations
{
    /// <summary>Whether the history names every migration that this assembly holds for a context.</summary>
    /// <param name="context">The context's type.</param>
    /// <param name="history">Selects the ids from the context's history table.</param>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public static async Task<bool> AreCompleteAsync(Type context, string history, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = Known(context).ToHashSet(StringComparer.Ordinal);
        if (missing.Count == 0)
            throw new InvalidOperationException($"No migration of {context.Name} is in {typeof(AppliedMigrations).Assembly.GetName().Name}.");
        await using var command = new NpgsqlCommand(history, connection);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                missing.Remove(reader.GetString(0));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }

        return missing.Count == 0;
    }

    private static IEnumerable<string> Known(Type context) =>
        from type in typeof(AppliedMigrations).Assembly.GetTypes()
        where type.GetCustomAttribute<DbContextAttribute>()?.ContextType == context
        let migration = type.GetCustomAttribute<MigrationAttribute>()
        where migration is not null
        select migration.Id;
}
