using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Domains;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Teams;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Tenants_are_apart(Product product) : IClassFixture<Product>
{
    private static readonly string[] Tables =
        ["teams", "members", "quotas", "projects", "environments", "apps", "secrets", "releases", "rollouts", "domains", "webhook_endpoints", "deliveries", "audit", "audit_checkpoints", "metric_points", "occurrences", "notification_channels", "notifications", "clusters"];

    [Fact]
    public async Task Raw_sql_in_one_tenants_context_sees_no_row_of_another()
    {
        var (owner, _) = await product.AppAsync("rls-one");
        await product.AppAsync("rls-two");
        var one = Product.Ok(await product.Get<ITeams>().GetAsync(owner, "rls-one", default));
        await using var db = await product.OpenAsync(TenantContext.ForTeam(one.Id));

        foreach (var table in Tables)
        {
            var column = table == "teams" ? "id" : "team_id";
#pragma warning disable EF1002 // The names are constants of this test.
            var foreign = await db.Database.SqlQueryRaw<long>($"SELECT count(*) AS \"Value\" FROM portal.{table} WHERE {column} IS DISTINCT FROM '{one.Id}'").SingleAsync();
#pragma warning restore EF1002
            Assert.True(foreign == 0, $"{table} shows {foreign} rows of other tenants");
        }

        Assert.Equal(1, await db.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM portal.apps").SingleAsync());
    }

    [Fact]
    public async Task Raw_sql_cannot_write_into_another_tenant()
    {
        var (owner, _) = await product.PlaceAsync("write-one");
        var (other, _) = await product.PlaceAsync("write-two");
        var one = Product.Ok(await product.Get<ITeams>().GetAsync(owner, "write-one", default));
        var two = Product.Ok(await product.Get<ITeams>().GetAsync(other, "write-two", default));
        await using var db = await product.OpenAsync(TenantContext.ForTeam(one.Id));

        Assert.Equal(0, await db.Database.ExecuteSqlAsync($"UPDATE portal.members SET role = 'Viewer' WHERE team_id = {two.Id}"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlAsync(
            $"INSERT INTO portal.projects (id, team_id, name, created_at) VALUES ({Guid.NewGuid()}, {two.Id}, 'mine', now())"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_session_without_a_tenant_sees_nothing_even_after_a_pooled_one_had_a_tenant()
    {
        await product.AppAsync("pooled");
        await using var connection = new NpgsqlConnection(product.AppConnection);
        await connection.OpenAsync();
        foreach (var table in Tables)
        {
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM portal.{table}", connection);
            Assert.Equal(0L, await count.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task Every_table_forces_row_level_security()
    {
        await using var connection = new NpgsqlConnection(product.OwnerConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT relname FROM pg_class WHERE relnamespace = 'portal'::regnamespace AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> 'migrations'", connection);
        Assert.Null(await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_foreign_place_answers_exactly_like_a_missing_one()
    {
        var (_, foreign) = await product.AppAsync("foreign");
        var stranger = product.Accounts.Actor("stranger");
        var missing = new ScopeRef("no-such-team", "shop", "production", "hello");

        Assert.Contains(Product.Ok(await product.Get<ITeams>().ListAsync(product.Accounts.Actor("foreign"), default)), t => t.Name == "foreign");
        Assert.Empty(Product.Ok(await product.Get<ITeams>().ListAsync(stranger, default)));
        foreach (var ask in Questions(product))
        {
            var (one, other) = (await ask(stranger, foreign), await ask(stranger, missing));
            Assert.NotNull(one);
            Assert.Equal(ErrorKind.NotFound, one.Kind);
            Assert.Equal(one.Message, other!.Message);
        }
    }

    [Fact]
    public async Task A_domain_belongs_to_one_app_of_the_whole_platform()
    {
        var (one, first) = await product.AppAsync("domain-one");
        var (two, second) = await product.AppAsync("domain-two");
        Product.Ok(await product.Get<IDomains>().AddAsync(one, first, "Shop.Example.COM.", default));

        Product.Refused(ErrorKind.Conflict, await product.Get<IDomains>().AddAsync(two, second, "shop.example.com", default));

        Assert.Equal(1, Product.Ok(await product.Get<IApps>().GetAsync(two, second, default)).Release);
        Product.Ok(await product.Get<IDomains>().RemoveAsync(one, first, "shop.example.com", default));
        Product.Ok(await product.Get<IDomains>().AddAsync(two, second, "shop.example.com", default));
    }

    [Fact]
    public async Task Two_tenants_with_the_same_names_get_different_default_hosts()
    {
        var (one, first) = await product.AppAsync("host-one");
        var (two, second) = await product.AppAsync("host-two");
        var hosts = new[] { Product.Ok(await product.Get<IApps>().GetAsync(one, first, default)).Host, Product.Ok(await product.Get<IApps>().GetAsync(two, second, default)).Host };
        Assert.Equal(2, hosts.Distinct().Count());
        Assert.All(hosts, host => Assert.EndsWith(".apps.localhost", host));
    }

    private static IEnumerable<Func<Actor, ScopeRef, Task<Error?>>> Questions(Product product)
    {
        yield return async (actor, place) => (await product.Get<ITeams>().GetAsync(actor, place.Team, default)).Error;
        yield return async (actor, place) => (await product.Get<IProjects>().GetAsync(actor, place.Team, place.Project!, default)).Error;
        yield return async (actor, place) => (await product.Get<IEnvironments>().GetAsync(actor, place with { App = null }, default)).Error;
        yield return async (actor, place) => (await product.Get<IApps>().GetAsync(actor, place, default)).Error;
        yield return async (actor, place) => (await product.Get<IApps>().ScaleAsync(actor, place, "web", 3, default)).Error;
        yield return async (actor, place) => (await product.Get<IApps>().DeleteAsync(actor, place, default)).Error;
        yield return async (actor, place) => (await product.Get<IReleases>().RollBackAsync(actor, place, 1, default)).Error;
        yield return async (actor, place) => (await product.Get<IMembers>().AddAsync(actor, place.Team, "x@example.com", Role.Owner, default)).Error;
        yield return async (actor, place) => (await product.Get<IAppObserver>().GetAsync(actor, place, default)).Error;
        yield return async (actor, place) => (await product.Get<ILogs>().ReadAsync(actor, place, new(), default)).Error;
    }
}
