using Npgsql;
using Portal.Migrations.Identity;
using Testing;

namespace Integration.Tests.Identity;

/// <summary>A migrated database with the roles that <c>deploy/up</c> makes: portal_owner migrates, portal_app serves.</summary>
internal sealed record IdentityDatabase(PostgresServer Server, string Name)
{
    public string RuntimeConnectionString => Server.ConnectionString(Name, "portal_app") + ";Maximum Pool Size=20";

    public string OwnerConnectionString => Server.ConnectionString(Name, "portal_owner");

    public static async Task<IdentityDatabase> CreateAsync(PostgresServer server)
    {
        var database = new IdentityDatabase(server, "portal_" + Guid.NewGuid().ToString("n")[..12]);
        await server.CreateDatabaseAsync(database.Name, "portal_owner");
        await using (var connection = new NpgsqlConnection(server.ConnectionString()))
        {
            await connection.OpenAsync();
            await using var role = new NpgsqlCommand(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN CREATE ROLE portal_app LOGIN; END IF; END $$", connection);
            await role.ExecuteNonQueryAsync();
        }

        await IdentityMigrations.MigrateIdentityAsync(database.OwnerConnectionString, CancellationToken.None);
        return database;
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
