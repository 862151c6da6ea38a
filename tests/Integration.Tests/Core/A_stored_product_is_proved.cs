using Npgsql;
using Portal.Core.Apps;
using Portal.Core.Notifications;
using Xunit;

namespace Integration.Tests.Core;

public sealed class A_stored_product_is_proved(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task What_holds_is_counted_and_each_thing_that_does_not_is_named()
    {
        var (owner, app) = await product.AppAsync("proved");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("canary-proof"), default));
        Product.Ok(await product.Get<INotifications>().CreateAsync(owner, "proved", new("Chat", ChannelKind.Slack, new("https://chat.example.com/hook"), ["rollout.*"], null), default));

        var whole = await product.ProveAsync();
        Assert.Empty(whole.Faults);
        Assert.Equal((1, 1, 1, 2, 2), (whole.Teams, whole.Projects, whole.Apps, whole.Releases, whole.SealedValues));
        Assert.True(whole.Acts >= 5, $"{whole.Acts} acts");

        await ChangeAsync("UPDATE portal.secrets SET version = 7 WHERE name = 'KEY'");
        Assert.Equal("version 7 of the secret KEY does not open with the key in the backup", Assert.Single((await product.ProveAsync()).Faults));
        await ChangeAsync("UPDATE portal.secrets SET version = 1 WHERE name = 'KEY'");
        await ChangeAsync("UPDATE portal.audit SET detail = 'something else' WHERE sequence = 2");
        Assert.Equal("the audit of the team proved: Act 2 is not what its hash says.", Assert.Single((await product.ProveAsync()).Faults));
    }

    private async Task ChangeAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        // As nobody but a superuser can: what keeps the audit from being changed is switched off for this session.
        await using var command = new NpgsqlCommand("SET session_replication_role = replica; " + sql, connection);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
