using System.Text;
using Kube.ApiServer.Storage;
using Xunit;

namespace Integration.Tests.Storage;

/// <summary>Two stores on one database, as two server processes have them.</summary>
public sealed class FollowerTests
{
    [Fact]
    public async Task A_follower_shows_what_the_leader_commits_secrets_and_deletes_included()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync();
        await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("before")), CancellationToken.None);
        var (follower, _) = await fixture.OpenReplicaAsync();
        Assert.False(follower.Leads);
        using var watch = follower.Watch("secrets", null, follower.Revision);

        var secret = StoreFixture.Key("s", resource: "secrets");
        await leader.WriteAsync(StoreFixture.Create(secret, "hidden"), CancellationToken.None);
        await leader.WriteAsync(StoreFixture.Update(secret, 2, "changed"), CancellationToken.None);
        await leader.WriteAsync(StoreFixture.Delete(secret, 3), CancellationToken.None);
        Assert.True(await follower.ReachAsync(4, TimeSpan.FromSeconds(5), CancellationToken.None));

        Assert.NotNull(follower.Get(StoreFixture.Key("before")));
        Assert.Null(follower.Get(secret));
        var events = new List<StoreEvent>();
        while (events.Count < 3) events.AddRange(await watch.ReadAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.Equal([2L, 3L, 4L], events.Select(e => e.Revision));
        Assert.Contains("changed", Encoding.UTF8.GetString(events[1].Object!.Json.Span), StringComparison.Ordinal);
        Assert.Equal(2, events[1].Previous!.Revision);
        Assert.Null(events[2].Object);
        Assert.Equal(3, events[2].Previous!.Revision);
        Assert.Equal(1, follower.List("secrets", null, 3).Count);
    }

    [Fact]
    public async Task A_follower_refuses_to_write_and_knows_where_the_leader_is()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync(o => o.Address = "https://127.0.0.1:1111");
        var (follower, _) = await fixture.OpenReplicaAsync(o => o.Address = "https://127.0.0.1:2222");
        Assert.Equal("https://127.0.0.1:1111", follower.LeaderAddress);
        Assert.Null(leader.LeaderAddress);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await follower.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None));
        Assert.False(refused.OutcomeUnknown);
    }

    [Fact]
    public async Task A_read_on_a_follower_that_asks_for_the_newest_state_never_misses_an_acknowledged_write()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync();
        var (follower, _) = await fixture.OpenReplicaAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            for (var n = 0; n < 60; n++)
            {
                var key = StoreFixture.Key($"c{client}-{n}");
                await leader.WriteAsync(StoreFixture.Create(key), CancellationToken.None);
                await follower.CatchUpAsync(CancellationToken.None);
                Assert.NotNull(follower.Get(key));
            }
        })));
    }

    [Fact]
    public async Task When_the_leader_falls_silent_the_follower_takes_over_within_three_seconds_and_the_old_one_serves_nothing_stale_as_new()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        // Frozen as to its lease: it neither renews nor writes until it is asked to.
        await using var old = await fixture.OpenAsync(limit: l => l with { RenewEvery = TimeSpan.FromDays(1), ReadPatience = TimeSpan.FromMilliseconds(300) });
        await old.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
        var began = TimeProvider.System.GetTimestamp();
        await old.CatchUpAsync(CancellationToken.None);
        var (next, _) = await fixture.OpenReplicaAsync();
        await next.WaitForRoleAsync(leads: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal(2, (await next.WriteAsync(StoreFixture.Update(StoreFixture.Key("x"), 1), CancellationToken.None)).Object!.Revision);

        // The old one does not know yet, and yet it does not pretend: its lease is over by its own clock.
        Assert.True(old.Leads);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await old.CatchUpAsync(CancellationToken.None));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await old.WriteAsync(StoreFixture.Update(StoreFixture.Key("x"), 1), CancellationToken.None));
        await old.WaitForRoleAsync(leads: false, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
        await old.CatchUpAsync(CancellationToken.None);
        Assert.Equal(2, old.Get(StoreFixture.Key("x"))!.Revision);
    }

    [Fact]
    public async Task A_leader_that_stops_in_order_hands_over_at_once_and_takes_its_turn_as_follower_later()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var (first, firstReplica) = await fixture.OpenReplicaAsync();
        await first.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
        var (second, _) = await fixture.OpenReplicaAsync();
        Assert.False(second.Leads);
        await firstReplica.DisposeAsync();
        await second.WaitForRoleAsync(leads: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(2));
        await second.WriteAsync(StoreFixture.Create(StoreFixture.Key("y")), CancellationToken.None);
        var (third, _) = await fixture.OpenReplicaAsync();
        Assert.False(third.Leads);
        await third.CatchUpAsync(CancellationToken.None);
        Assert.Equal(["x", "y"], third.List("configmaps", null).Items.Select(o => o.Key.Name));
    }

    [Fact]
    public async Task A_follower_that_the_log_was_compacted_past_loads_anew_and_its_watches_end()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync(limit: l => l with { RenewEvery = TimeSpan.FromDays(1) });
        await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("first")), CancellationToken.None);
        var (follower, _) = await fixture.OpenReplicaAsync();
        using var watch = follower.Watch("configmaps", null, 1);
        // What a follower finds that was away for longer than the log reaches back.
        await fixture.QueryAsync<string>("SELECT new_epoch::text FROM kube.begin_anew(1000)");
        var seen = await Assert.ThrowsAsync<ExpiredRevisionException>(async () =>
        {
            while (true) await watch.ReadAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        });
        Assert.Contains("too old", seen.Message, StringComparison.Ordinal);
        Assert.Equal(1001, follower.Revision);
        Assert.NotNull(follower.Get(StoreFixture.Key("first")));
        await follower.WaitForRoleAsync(leads: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1002, (await follower.WriteAsync(StoreFixture.Create(StoreFixture.Key("second")), CancellationToken.None)).Object!.Revision);
    }

    [Fact]
    public async Task A_watch_from_a_revision_the_follower_has_not_reached_delivers_nothing_up_to_it()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync();
        using var watch = leader.Watch("configmaps", null, 2);
        for (var i = 0; i < 3; i++) await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("x" + i)), CancellationToken.None);
        var events = await watch.ReadAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Equal([3L], events.Select(e => e.Revision));
    }
}
