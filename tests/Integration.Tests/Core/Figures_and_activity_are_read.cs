using Npgsql;
using Portal.Core.Activity;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Metrics;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Figures_and_activity_are_read(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Samples_are_gathered_into_steps_gaps_stay_gaps_and_releases_are_marked()
    {
        var (owner, app) = await product.AppAsync("figures");
        var view = Product.Ok(await product.Get<IApps>().GetAsync(owner, app, default));
        var now = product.Clock.GetUtcNow();
        await SampleAsync(view.Id, now.AddMinutes(-50), 100, 10);
        await SampleAsync(view.Id, now.AddMinutes(-50).AddSeconds(15), 300, 20);
        await SampleAsync(view.Id, now.AddMinutes(-5), 500, null);
        await SampleAsync(view.Id, now.AddMinutes(-70), 50, 5);

        var hour = Product.Ok(await product.Get<IMetrics>().ReadAsync(owner, app, TimeSpan.FromHours(1), compare: true, default));
        Assert.Equal(15, hour.StepSeconds);
        Assert.Equal([100d, 300d, 500d], hour.Points.Select(point => point.CpuMillis!.Value));
        Assert.Null(hour.Points[^1].Requests);
        Assert.Equal(now.AddMinutes(-10), Assert.Single(hour.Former).At);
        Assert.Equal(1, Assert.Single(hour.Releases).Number);

        var day = Product.Ok(await product.Get<IMetrics>().ReadAsync(owner, app, TimeSpan.FromHours(24), compare: false, default));
        Assert.Equal(360, day.StepSeconds);
        Assert.Contains(day.Points, point => point.CpuMillis == 200 && point.Requests == 15);
    }

    [Fact]
    public async Task Figures_need_their_right_and_a_range_that_is_kept()
    {
        var (owner, app) = await product.AppAsync("figures-right");
        var auditor = product.Accounts.Actor("figures-auditor");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, app.Team, auditor.Email, Role.Auditor, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IMetrics>().ReadAsync(auditor, app, TimeSpan.FromHours(1), false, default));
        Product.Refused(ErrorKind.Invalid, await product.Get<IMetrics>().ReadAsync(owner, app, TimeSpan.FromDays(300), false, default));
        Product.Refused(ErrorKind.NotFound, await product.Get<IMetrics>().ReadAsync(product.Accounts.Actor("figures-stranger"), app, TimeSpan.FromHours(1), false, default));
    }

    [Fact]
    public async Task Activity_shows_releases_to_all_and_acts_to_those_who_may_read_the_audit()
    {
        var (owner, app) = await product.AppAsync("activity");
        var viewer = product.Accounts.Actor("activity-viewer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, app.Team, viewer.Email, Role.Viewer, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(viewer, app, "web", 3, default));

        var seen = Product.Ok(await product.Get<IActivity>().ListAsync(viewer, app.Team, "shop", 50, null, default));
        var release = Assert.Single(seen);
        Assert.Equal((ActivityKind.Release, "production", "hello", owner.Email), (release.Kind, release.Environment, release.App, release.Actor));
        var all = Product.Ok(await product.Get<IActivity>().ListAsync(owner, app.Team, "shop", 50, null, default));
        Assert.Contains(all, item => item is { Kind: ActivityKind.Act, State: "Denied", Title: "Scale" } && item.Actor == viewer.Email);
        Assert.Single(all, item => item.Kind == ActivityKind.Release);
        Product.Refused(ErrorKind.NotFound, await product.Get<IActivity>().ListAsync(product.Accounts.Actor("activity-stranger"), app.Team, "shop", 50, null, default));
    }

    private async Task SampleAsync(Guid app, DateTimeOffset at, int cpu, float? requests)
    {
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand(
            "INSERT INTO portal.metric_points (app_id, at, team_id, instances, restarts, cpu_millis, memory_bytes, requests) SELECT $1, $2, team_id, 2, 0, $3, 1048576, $4 FROM portal.apps WHERE id = $1", connection)
        {
            Parameters = { new() { Value = app }, new() { Value = at }, new() { Value = cpu }, new() { Value = (object?)requests ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Real } },
        };
        Assert.Equal(1, await insert.ExecuteNonQueryAsync());
    }
}
