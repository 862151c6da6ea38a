using System.Collections.Concurrent;
using Kube.ApiServer.Storage;
using Testing;
using Xunit;

namespace Integration.Tests.Storage;

public sealed class PostgresCrashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task When_PostgreSQL_is_killed_during_writes_nothing_acknowledged_is_lost_and_the_store_goes_on_by_itself(int seed)
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var acknowledged = new ConcurrentDictionary<string, long>();
        var unknown = new ConcurrentDictionary<string, bool>();
        var random = new Random(seed);
        long watched = 0, lastRevision;
        await using (var store = await fixture.OpenAsync(o => o.WriteTimeout = TimeSpan.FromSeconds(seed == 3 ? 0.1 : 20)))
        {
            using var stop = new CancellationTokenSource();
            using var written = new CancellationTokenSource();
            var watcher = FollowAsync(store, written.Token);
            var writers = Enumerable.Range(0, 20).Select(client => Task.Run(async () =>
            {
                for (var n = 0; !stop.IsCancellationRequested; n++)
                {
                    var name = $"c{client}-{n}";
                    try
                    {
                        var result = await store.WriteAsync(StoreFixture.Create(StoreFixture.Key(name)), CancellationToken.None);
                        acknowledged[name] = result.Object!.Revision;
                    }
                    catch (StoreUnavailableException e)
                    {
                        if (e.OutcomeUnknown) unknown[name] = true;
                        await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                    }
                }
            })).ToList();

            for (var round = 0; round < 3; round++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 400)), TimeProvider.System);
                await fixture.Postgres.KillAsync();
                if (seed == 3) await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
                await fixture.Postgres.StartAsync();
                var count = acknowledged.Count;
                await Eventually.Async("writes to go on after the restart", () => Task.FromResult(acknowledged.Count), n => n > count + 20, TimeSpan.FromSeconds(20));
            }

            await stop.CancelAsync();
            await Task.WhenAll(writers);
            await written.CancelAsync();
            watched = await watcher;
            lastRevision = store.Revision;
        }

        // In memory, in the log and after another start: the same history, once each and without a gap.
        await PostgresStoreTests.AssertContiguousAsync(fixture, lastRevision);
        Assert.Equal(lastRevision, watched);
        await using var again = await fixture.OpenAsync();
        foreach (var (name, revision) in acknowledged) Assert.Equal(revision, again.Get(StoreFixture.Key(name))?.Revision);
        var extra = again.List("configmaps", null).Items.Select(o => o.Key.Name).Where(n => !acknowledged.ContainsKey(n)).ToList();
        Assert.All(extra, name => Assert.True(unknown.ContainsKey(name), name + " was refused for certain and is there"));
    }

    [Fact]
    public async Task A_session_that_is_terminated_costs_no_write()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            var writes = Enumerable.Range(0, 30).Select(n => store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{i}-{n}")), CancellationToken.None).AsTask()).ToList();
            await fixture.QueryAsync<bool>("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portal-store'");
            Assert.All(await Task.WhenAll(writes), r => Assert.Equal(WriteOutcome.Committed, r.Outcome));
        }

        await PostgresStoreTests.AssertContiguousAsync(fixture, 600);
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_reads_and_watches_go_on_writes_are_refused_and_a_PostgreSQL_without_fsync_is_not_taken_back()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(o => o.WriteTimeout = TimeSpan.FromMilliseconds(200));
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
        await fixture.Postgres.StopAsync();

        Assert.NotNull(store.Get(StoreFixture.Key("x")));
        Assert.Equal(1, store.List("configmaps", null).Count);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("y")), CancellationToken.None));
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("z")), CancellationToken.None));
        Assert.False(refused.OutcomeUnknown);
        var heartbeat = store.WriteAsync(StoreFixture.Create(StoreFixture.Key("n", "kube-node-lease", "leases.coordination.k8s.io")), CancellationToken.None).AsTask();

        await fixture.Postgres.StartAsync(new Dictionary<string, string> { ["fsync"] = "off" });
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("z")), CancellationToken.None));
        await fixture.Postgres.StopAsync();
        await fixture.Postgres.StartAsync(new Dictionary<string, string> { ["fsync"] = "on" });

        Assert.Equal(WriteOutcome.Committed, (await heartbeat.WaitAsync(TimeSpan.FromSeconds(10))).Outcome);
        Assert.Null(store.Get(StoreFixture.Key("z")));
        await PostgresStoreTests.AssertContiguousAsync(fixture, store.Revision);
    }

    [Fact]
    public async Task A_PostgreSQL_that_hangs_costs_callers_the_write_timeout_and_the_batch_is_settled_when_it_goes_on()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(o => o.WriteTimeout = TimeSpan.FromMilliseconds(300), l => l with { RenewEvery = TimeSpan.FromDays(1) });
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
        await Eventually.Async("maintenance to be over", () => fixture.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'portal-store' AND state = 'active'"), active => active[0] == 0);
        await fixture.Postgres.FreezeAsync();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync(StoreFixture.Create(StoreFixture.Key("y")), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.True(failure.OutcomeUnknown);
        Assert.Null(store.Get(StoreFixture.Key("y")));
        await fixture.Postgres.ThawAsync();
        await Eventually.Async("the batch to be settled", () => Task.FromResult(store.Get(StoreFixture.Key("y"))), y => y is not null);
        Assert.Equal(3, (await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("z")), CancellationToken.None)).Object!.Revision);
        await PostgresStoreTests.AssertContiguousAsync(fixture, 3);
    }

    /// <summary>Follows everything until told to stop and nothing is left; fails on a gap or a repetition.</summary>
    private static async Task<long> FollowAsync(ObjectStore store, CancellationToken stop)
    {
        using var watch = store.Watch("configmaps", null, 0);
        long last = 0;
        while (true)
        {
            var stopping = stop.IsCancellationRequested;
            var events = await watch.ReadAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            foreach (var e in events)
            {
                Assert.Equal(last + 1, e.Revision);
                last = e.Revision;
            }

            if (stopping && events.Count == 0 && last == store.Revision) return last;
        }
    }
}
