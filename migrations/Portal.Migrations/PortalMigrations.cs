using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Core.Data;
using Portal.Migrations.Identity;

namespace Portal.Migrations;

/// <summary>Brings the portal database to the shape this version needs.</summary>
public static class PortalMigrations
{
    // Two processes that start at once must not both migrate; the number is arbitrary and only has to differ from other locks in this database.
    private const long Lock = 0x706F7274616C;
    private const string HistoryTable = "migrations";
    private const string History = $"""SELECT "MigrationId" FROM {PortalDbContext.Schema}.{HistoryTable}""";

    /// <summary>Applies the migrations of all contexts, one process at a time. Running it again changes nothing.</summary>
    /// <param name="ownerConnectionString">How to reach the <c>portal</c> database as its owner; the role <c>portal_app</c> must exist.</param>
    /// <param name="cancellationToken">Cancels between migrations.</param>
    public static async Task MigrateAsync(string ownerConnectionString, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } } })
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // The session's end releases the lock.
        await IdentityMigrations.MigrateIdentityAsync(ownerConnectionString, connection, cancellationToken);
        if (!await AppliedMigrations.AreCompleteAsync(typeof(PortalDbContext), History, connection, cancellationToken))
            await MigrateCoreAsync(ownerConnectionString, cancellationToken);
    }

    private static async Task MigrateCoreAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<PortalDbContext>()
            .UseNpgsql(ownerConnectionString, npgsql => npgsql
                .MigrationsAssembly(typeof(PortalMigrations).Assembly.GetName().Name)
                .MigrationsHistoryTable(HistoryTable, PortalDbContext.Schema))
            .Options;
        await using var context = new PortalDbContext(options, TenantContext.Platform);
        await context.Database.MigrateAsync(cancellationToken);
    }
}
