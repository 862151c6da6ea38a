using System.Text;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Testing;
using Xunit;

namespace Integration.Tests.Storage;

public sealed class PostgresStoreTests
{
    [Fact]
    public async Task A_store_that_starts_again_holds_exactly_what_was_written()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        List<StoredObject> before;
        await using (var store = await fixture.OpenAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => store.WriteAsync(
                StoreFixture.Create(StoreFixture.Key($"x{i}", "ns" + i % 7), new string('d', i * 20), new() { ["app"] = "a" + i % 3 }), CancellationToken.None).AsTask()));
            // Several changes of one key in one batch: the table takes the last.
            var key = StoreFixture.Key("x0", "ns0");
            var revision = store.Get(key)!.Revision;
            var deleted = store.WriteAsync(StoreFixture.Delete(key, revision), CancellationToken.None).AsTask();
            var reborn = store.WriteAsync(StoreFixture.Create(key, "again"), CancellationToken.None).AsTask();
            var secret = store.WriteAsync(StoreFixture.Create(StoreFixture.Key("s", resource: "secrets"), "hidden"), CancellationToken.None).AsTask();
            var node = store.WriteAsync(StoreFixture.Create(StoreFixture.Key("n1", "kube-node-lease", "leases.coordination.k8s.io")), CancellationToken.None).AsTask();
            var happened = store.WriteAsync(StoreFixture.Create(StoreFixture.Key("e1", resource: "events")), CancellationToken.None).AsTask();
            var key1 = StoreFixture.Key("x1", "ns1");
            var removed = store.WriteAsync(StoreFixture.Delete(key1, store.Get(key1)!.Revision), CancellationToken.None).AsTask();
            Assert.All(await Task.WhenAll(deleted, reborn, secret, node, happened, removed), r => Assert.Equal(WriteOutcome.Committed, r.Outcome));
            before = All(store);
        }

        await using var again = await fixture.OpenAsync();
        Assert.Equal(506, again.Revision);
        var after = All(again);
        Assert.Equal(before.Select(Describe), after.Select(Describe));
        Assert.Equal("a2", again.Get(StoreFixture.Key("x2", "ns2"))!.Labels["app"]);
        await AssertContiguousAsync(fixture, 506);
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("full_page_writes")]
    [InlineData("synchronous_commit")]
    public async Task A_PostgreSQL_that_may_lose_acknowledged_writes_is_refused(string setting)
    {
        await using var fixture = await StoreFixture.CreateAsync(new() { [setting] = "off" });
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => fixture.OpenAsync());
        Assert.Contains($"{setting} = off", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"set {setting} = on in postgresql.conf", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_stores_the_older_is_fenced_and_nothing_of_its_writes_stays()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        // As if it were frozen: it does not renew its lease.
        await using var older = await fixture.OpenAsync(limit: l => l with { RenewEvery = TimeSpan.FromDays(1) });
        await older.WriteAsync(StoreFixture.Create(StoreFixture.Key("first")), CancellationToken.None);
        await using var newer = await fixture.OpenAsync();
        Assert.Equal(1, newer.Revision);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await older.WriteAsync(StoreFixture.Create(StoreFixture.Key("ghost")), CancellationToken.None));
        Assert.False(refused.OutcomeUnknown);
        await Eventually.Async("the older to follow", () => Task.FromResult(older.Leads), leads => !leads);
        Assert.Equal(2, (await newer.WriteAsync(StoreFixture.Create(StoreFixture.Key("second")), CancellationToken.None)).Object!.Revision);
        Assert.Equal(["first", "second"], await fixture.QueryAsync<string>("SELECT name FROM kube.log ORDER BY revision"));
    }

    [Fact]
    public async Task A_term_that_another_one_interrupted_is_not_resumed_though_the_revisions_fit()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(limit: l => l with { RenewEvery = TimeSpan.FromDays(1) });
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);

        // Another process led for a moment, committed one change and died; what is written now would have its revision.
        await fixture.QueryAsync<int>("""
            WITH led AS (UPDATE kube.leader SET epoch = epoch + 1, holder = gen_random_uuid(), revision = revision + 1, renewed_at = '-infinity')
            INSERT INTO kube.log VALUES (2, 0, 'configmaps', 'default', 'foreign', 2, '{"metadata":{"name":"foreign"}}') RETURNING 1
            """);
        await fixture.QueryAsync<bool>("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portal-store'");

        var write = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("mine")), CancellationToken.None));
        Assert.True(write.OutcomeUnknown);
        await store.WaitForRoleAsync(leads: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.NotNull(store.Get(StoreFixture.Key("foreign")));
        Assert.Null(store.Get(StoreFixture.Key("mine")));
    }

    [Fact]
    public async Task A_start_takes_what_the_log_holds_behind_the_head_and_the_log_keeps_that()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(o => { o.PartitionSize = 100; o.RetainTime = TimeSpan.Zero; });
        for (var n = 0; n < 50; n++) await store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{n}")), CancellationToken.None);
        await Eventually.Async("the head to follow", () => fixture.QueryAsync<long>("SELECT revision FROM kube.head_state"), at => at[0] == 50);

        await using var holder = new Npgsql.NpgsqlConnection(fixture.Postgres.ConnectionString("kube") + ";Pooling=false");
        await holder.OpenAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; SELECT FROM kube.head_state FOR UPDATE", holder)) await hold.ExecuteNonQueryAsync();
        for (var n = 0; n < 400; n++)
        {
            var key = StoreFixture.Key($"x{n % 40}");
            var write = store.Get(key) is not { } present ? StoreFixture.Create(key) : n % 3 == 0 ? StoreFixture.Delete(key, present.Revision) : StoreFixture.Update(key, present.Revision, $"{n}");
            Assert.Equal(WriteOutcome.Committed, (await store.WriteAsync(write, CancellationToken.None)).Outcome);
        }

        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("s", resource: "secrets"), "hidden"), CancellationToken.None);
        var (follower, _) = await fixture.OpenReplicaAsync();
        Assert.Equal(store.Revision, follower.Revision);
        foreach (var resource in (string[])["configmaps", "secrets"])
        {
            Assert.Equal(
                store.List(resource, null).Items.Select(o => (o.Key, o.Revision, o.CreateRevision, Encoding.UTF8.GetString(o.Json.Span))),
                follower.List(resource, null).Items.Select(o => (o.Key, o.Revision, o.CreateRevision, Encoding.UTF8.GetString(o.Json.Span))));
        }

        // Every partition but the newest is full and past its time.
        Assert.True((await fixture.QueryAsync<long>("SELECT min(revision) FROM kube.log"))[0] <= 51);
        await holder.CloseAsync();
        await Eventually.Async("the head to follow", () => fixture.QueryAsync<bool>("SELECT h.revision = l.revision FROM kube.head_state h, kube.leader l"), at => at[0]);
        Assert.Equal(
            store.List("configmaps", null).Items.Select(o => o.Revision).Order(),
            (await fixture.QueryAsync<long>("SELECT revision FROM kube.head WHERE resource = 'configmaps' ORDER BY revision")));
    }

    [Fact]
    public async Task Who_leads_does_not_listen_so_that_PostgreSQL_need_not_keep_what_nobody_reads()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync();
        const string Connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'portal-store'";
        await Eventually.Async("the connections of the writer and of the head's keeper alone", () => fixture.QueryAsync<long>(Connections), count => count[0] == 2);
        await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
    }

    [Fact]
    public async Task A_secret_cannot_be_read_from_tables_or_write_ahead_log()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        const string canary = "canary-7f3a9c51d2";
        await using (var store = await fixture.OpenAsync())
        {
            await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("s", resource: "secrets"), canary), CancellationToken.None);
            await store.WriteAsync(StoreFixture.Update(StoreFixture.Key("s", resource: "secrets"), 1, canary), CancellationToken.None);
            await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("plain"), "visible-7f3a9c51d2"), CancellationToken.None);
            Assert.Contains(canary, Encoding.UTF8.GetString(store.Get(StoreFixture.Key("s", resource: "secrets"))!.Json.Span), StringComparison.Ordinal);
        }

        await fixture.Postgres.StopAsync();
        Assert.False(Contains(fixture.Postgres.DataDirectory, canary));
        // The same scan finds what is not encrypted, so it looks at the right files.
        Assert.True(Contains(fixture.Postgres.DataDirectory, "visible-7f3a9c51d2"));
    }

    [Fact]
    public async Task Compaction_drops_partitions_by_age_and_by_bytes_and_a_start_needs_none_of_them()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var expected = 0;
        foreach (var (time, bytes) in new[] { (TimeSpan.Zero, 1L << 30), (TimeSpan.FromHours(1), 1L << 20) })
        {
            await using var store = await fixture.OpenAsync(o => (o.PartitionSize, o.RetainTime, o.RetainBytes) = (100, time, bytes));
            for (var i = 0; i < 1000; i += 20)
                await Task.WhenAll(Enumerable.Range(i, 20).Select(n => store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{expected + n}"), new string('d', 4000)), CancellationToken.None).AsTask()));
            expected += 1000;
            await Eventually.Async("old partitions dropped", () => fixture.QueryAsync<long>("SELECT revision FROM kube.log ORDER BY revision"), kept => kept[0] > expected - 500 && kept[^1] == expected && kept.Count == kept[^1] - kept[0] + 1, TimeSpan.FromSeconds(20));
        }

        await using var again = await fixture.OpenAsync(o => o.PartitionSize = 77);
        Assert.Equal(2000, again.List("configmaps", null).Count);
        for (var i = 0; i < 300; i++) await again.WriteAsync(StoreFixture.Create(StoreFixture.Key($"y{i}")), CancellationToken.None);
        Assert.Equal(2300, again.Revision);
    }

    [Fact]
    public async Task A_reader_of_the_log_does_not_hold_up_the_writer_when_partitions_come_and_go()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(o => (o.PartitionSize, o.RetainTime) = (50, TimeSpan.Zero));
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("first")), CancellationToken.None);
        await using var reader = new Npgsql.NpgsqlConnection(fixture.ConnectionString + ";Pooling=false");
        await reader.OpenAsync();
        await using var transaction = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using (var read = new Npgsql.NpgsqlCommand("SELECT count(*) FROM kube.log", reader)) await read.ExecuteScalarAsync();
        for (var i = 0; i < 400; i++) await store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{i}")), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(401, store.Revision);
        await transaction.RollbackAsync();
        await Eventually.Async("compaction to catch up", () => fixture.QueryAsync<long>("SELECT min(revision) FROM kube.log"), kept => kept[0] > 200, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task One_batch_may_be_larger_than_a_partition()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var store = await fixture.OpenAsync(o => o.PartitionSize = 10);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{n}")), CancellationToken.None).AsTask()));
        await AssertContiguousAsync(fixture, 500);
    }

    [Fact]
    public async Task The_host_starts_the_store_and_gives_the_lead_back_when_it_stops()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var options = fixture.Options();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKubeStore(o => (o.ConnectionString, o.EncryptionKeyPath) = (options.ConnectionString, options.EncryptionKeyPath));
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IObjectStore>();
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);
        await host.StopAsync();

        Assert.Equal([true], await fixture.QueryAsync<bool>("SELECT renewed_at = '-infinity' FROM kube.leader"));
        await using var other = await fixture.OpenAsync();
        Assert.NotNull(other.Get(StoreFixture.Key("x")));
    }

    [Fact]
    public async Task Wrong_settings_are_reported_all_at_once()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKubeStore(o => o.RingBytes = 5);
        using var host = builder.Build();
        var faults = (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Failures.ToList();
        Assert.Equal(["ConnectionString", "EncryptionKeyPath", "RingBytes"], faults.Select(f => f.Split(':')[0]));
    }

    internal static async Task AssertContiguousAsync(StoreFixture fixture, long last)
    {
        var revisions = await fixture.QueryAsync<long>("SELECT revision FROM kube.log ORDER BY revision");
        Assert.Equal(Enumerable.Range(1, (int)last).Select(i => (long)i), revisions);
        Assert.Equal([last], await fixture.QueryAsync<long>("SELECT revision FROM kube.leader"));
    }

    private static List<StoredObject> All(ObjectStore store) =>
        [.. ((string[])["configmaps", "secrets", "events", "leases.coordination.k8s.io"]).SelectMany(r => store.List(r, null).Items)];

    private static string Describe(StoredObject o) => $"{o.Key} {o.Revision} {o.CreateRevision} {string.Join(',', o.Labels)} {Encoding.UTF8.GetString(o.Json.Span)}";

    private static bool Contains(string directory, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0);
    }
}
