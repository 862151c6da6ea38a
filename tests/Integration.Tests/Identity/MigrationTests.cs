using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Identity.Persistence;
using Portal.Migrations.Identity;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class MigrationTests(IdentityPostgres postgres)
{
    [Fact]
    public async Task The_model_and_the_migrations_agree_and_migrating_again_changes_nothing()
    {
        await using var context = IdentityDbContext.ForMigrations(postgres.Database.OwnerConnectionString);
        Assert.False(context.Database.HasPendingModelChanges());
        await IdentityMigrations.MigrateIdentityAsync(postgres.Database.OwnerConnectionString, CancellationToken.None);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        Assert.Equal(4L, await postgres.Database.ReadAsync<long>("SELECT count(*) FROM identity.roles"));
    }

    [Fact]
    public async Task The_runtime_role_can_change_rows_but_not_the_schema_or_its_history()
    {
        await using var connection = new NpgsqlConnection(postgres.Database.RuntimeConnectionString);
        await connection.OpenAsync();
        foreach (var sql in new[] { "DROP TABLE identity.sessions", "CREATE TABLE identity.mine (id int)", "DELETE FROM identity.migrations_history" })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState);
        }
    }
}
