using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Identity.Persistence;

namespace Portal.Migrations.Identity;

/// <summary>Brings schema <c>identity</c> up to date.</summary>
public static class IdentityMigrations
{
    /// <summary>Role that the portal has at run time: reads and writes rows, owns nothing.</summary>
    private const string RuntimeRole = "portal_app";

    // The role is the cluster's, so it may be missing in a database that was made for migrations alone.
    private const string Grants = $"""
        DO $$
        BEGIN
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{RuntimeRole}') THEN
            GRANT USAGE ON SCHEMA {IdentityDbContext.Schema} TO {RuntimeRole};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {IdentityDbContext.Schema} TO {RuntimeRole};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA {IdentityDbContext.Schema} TO {RuntimeRole};
            REVOKE INSERT, UPDATE, DELETE ON {IdentityDbContext.Schema}.{IdentityDbContext.HistoryTable} FROM {RuntimeRole};
          END IF;
        END $$;
        """;

    private const string History = $"""SELECT "MigrationId" FROM {IdentityDbContext.Schema}.{IdentityDbContext.HistoryTable}""";

    /// <summary>Applies what is missing and renews the grants; safe to repeat and to run from two processes at once (EF locks the history table).</summary>
    /// <param name="ownerConnectionString">Npgsql connection string as the schema's owner (portal_owner).</param>
    /// <param name="cancellationToken">Cancels between two migrations.</param>
    /// <exception cref="NpgsqlException">The database is away or refuses.</exception>
    public static async Task MigrateIdentityAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ownerConnectionString);
        await connection.OpenAsync(cancellationToken);
        await MigrateIdentityAsync(ownerConnectionString, connection, cancellationToken);
    }

    /// <summary>The same with an open connection of the owner's at hand.</summary>
    internal static async Task MigrateIdentityAsync(string ownerConnectionString, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await AppliedMigrations.AreCompleteAsync(typeof(IdentityDbContext), History, connection, cancellationToken))
        {
            await using var context = IdentityDbContext.ForMigrations(ownerConnectionString);
            await context.Database.MigrateAsync(cancellationToken);
        }

        await using var grants = new NpgsqlCommand(Grants, connection);
        await grants.ExecuteNonQueryAsync(cancellationToken);
    }
}
