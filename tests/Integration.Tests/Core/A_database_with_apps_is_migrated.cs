using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Portal.Core.Data;
using Portal.Migrations;
using Testing;
using Xunit;

namespace Integration.Tests.Core;

/// <summary>A migration that moves rows moves those of every tenant: the owner of the tables is bound by row-level security as well.</summary>
public sealed class A_database_with_apps_is_migrated
{
    [Fact]
    public async Task Apps_made_before_they_could_be_renamed_keep_what_their_objects_are_called()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.CreateDatabaseAsync("scratch", "portal_app");
        await postgres.CreateDatabaseAsync("portal", "portal_owner");
        var owner = postgres.ConnectionString("portal", "portal_owner");
        var options = new DbContextOptionsBuilder<PortalDbContext>()
            .UseNpgsql(owner, npgsql => npgsql.MigrationsAssembly(typeof(PortalMigrations).Assembly.GetName().Name).MigrationsHistoryTable("migrations", PortalDbContext.Schema))
            .Options;
        await using (var before = new PortalDbContext(options, TenantContext.Platform))
            await before.GetService<IMigrator>().MigrateAsync("20261130013000_Clusters", ct);

        await using var superuser = new NpgsqlConnection(postgres.ConnectionString("portal"));
        await superuser.OpenAsync(ct);
        // An app alone: what it belongs to is no part of the question.
        await using (var insert = new NpgsqlCommand(
            """
            SET session_replication_role = replica;
            INSERT INTO portal.apps (id, team_id, environment_id, name, host, last_release, instances, cpu_millis, memory_mebibytes, created_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'hello', 'hello.example.com', 1, 1, 100, 128, now());
            SET session_replication_role = origin;
            """,
            superuser))
            await insert.ExecuteNonQueryAsync(ct);

        await PortalMigrations.MigrateAsync(owner, ct);

        await using var read = new NpgsqlCommand("SELECT workload FROM portal.apps WHERE name = 'hello'", superuser);
        Assert.Equal("hello", await read.ExecuteScalarAsync(ct));
        NpgsqlConnection.ClearAllPools();
    }
}
