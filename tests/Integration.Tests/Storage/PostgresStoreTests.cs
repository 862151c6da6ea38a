using System.Text;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
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
        await using var older = await fixture.OpenAsync();
        await older.WriteAsync(StoreFixture.Create(StoreFixture.Key("first")), CancellationToken.None);
        await using var newer = await fixture.OpenAsync();
        Assert.Equal(1, newer.Revision);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await older.WriteAsync(StoreFixture.Create(StoreFixture.Key("ghost")), CancellationToken.None));
        Assert.False(refused.OutcomeUnknown);
        await older.Fenced.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, (await newer.WriteAsync(StoreFixture.Create(StoreFixture.Key("second")), CancellationToken.None)).Object!.Revision);
        Assert.Equal(["first", "second"], await fixture.QueryAsync<string>("SELECT name FROM kube.log ORDER BY revision"));
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
    public async Task Compaction_drops_the_partitions_behind_the_retained_revisions_and_a_start_needs_none_of_them()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using (var store = await fixture.OpenAsync(o => (o.PartitionSize, o.RetainRevisions) = (100, 150)))
        {
            for (var i = 0; i < 1000; i += 20)
                await Task.WhenAll(Enumerable.Range(i, 20).Select(n => store.WriteAsync(StoreFixture.Create(StoreFixture.Key($"x{n}")), CancellationToken.None).AsTask()));
        }

        var kept = await fixture.QueryAsync<long>("SELECT revision FROM kube.log ORDER BY revision");
        Assert.InRange(kept[0], 601, 851);
        Assert.Equal(1000, kept[^1]);
        Assert.Equal(kept[^1] - kept[0] + 1, kept.Count);
        await using var again = await fixture.OpenAsync(o => (o.PartitionSize, o.RetainRevisions) = (77, 150));
        Assert.Equal(1000, again.List("configmaps", null).Count);
        for (var i = 0; i < 300; i++) await again.WriteAsync(StoreFixture.Create(StoreFixture.Key($"y{i}")), CancellationToken.None);
        Assert.Equal(1300, again.Revision);
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
    public async Task The_host_starts_the_store_and_ends_when_the_lead_is_lost()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var options = fixture.Options();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKubeStore(o => (o.ConnectionString, o.EncryptionKeyPath) = (options.ConnectionString, options.EncryptionKeyPath));
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IObjectStore>();
        await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("x")), CancellationToken.None);

        await using var other = await fixture.OpenAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("y")), CancellationToken.None));
        await host.WaitForShutdownAsync().WaitAsync(TimeSpan.FromSeconds(10));
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
