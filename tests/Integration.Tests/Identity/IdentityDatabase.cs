using Npgsql;
using Portal.Migrations.Identity;
using Testing;

namespace Integration.Tests.Identity;

/// <summary>A migrated database with the roles that <c>deploy/up</c> makes: portal_owner migrates, portal_app serves.</summary>
internal sealed record IdentityDatabase(PostgresServer Server, string Name)
{
    private const string Template = "portal_template";

    public string RuntimeConnectionString => Server.ConnectionString(Name, "portal_app") + ";Maximum Pool Size=20";

    public string OwnerConnectionString => Server.ConnectionString(Name, "portal_owner");

    /// <summary>The one database that migrations made; the others are copies of it.</summary>
    public static async Task<IdentityDatabase> MigrateTemplateAsync(PostgresServer server)
    {
        var template = new IdentityDatabase(server, Template);
        await server.CreateDatabaseAsync(Template, "portal_owner");
        await RunAsync(server, "CREATE ROLE portal_app LOGIN");
        await IdentityMigrations.MigrateIdentityAsync(template.OwnerConnectionString, CancellationToken.None);
        // A database with open connections cannot be copied.
        NpgsqlConnection.ClearAllPools();
        return template;
    }

    public static async Task<IdentityDatabase> CreateAsync(PostgresServer server)
    {
        var name = "portal_" + Guid.NewGuid().ToString("n")[..12];
        using var quote = new NpgsqlCommandBuilder();
        await RunAsync(server, $"CREATE DATABASE {quote.QuoteIdentifier(name)} TEMPLATE {quote.QuoteIdentifier(Template)} OWNER portal_owner");
        return new IdentityDatabase(server, name);
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
