using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Watch;
using Xunit;

namespace Kube.Tests.Storage;

/// <summary>A watch is woken by and read only what its scope concerns.</summary>
public sealed class ScopedWatchTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, string> NoLabels = [];

    [Fact]
    public async Task A_watch_of_a_nodes_pods_sees_each_come_change_and_go_and_no_others()
    {
        await using var store = new InMemoryObjectStore();
        using var n1 = store.Watch("pods", new WatchScope(null, null, "n1"), 0);
        using var waiting = store.Watch("pods", new WatchScope("a", null, ""), 0);
        await Write(store, WriteKind.Create, "p", 0, null);
        await Write(store, WriteKind.Create, "q", 0, "n2");
        await Write(store, WriteKind.Update, "p", 1, "n1");
        await Write(store, WriteKind.Update, "q", 2, "n2");
        await Write(store, WriteKind.Update, "p", 3, "n1");
        await Write(store, WriteKind.Delete, "p", 5, "n1");

        Assert.Equal([3, 5, 6], (await n1.ReadAsync(Soon, CancellationToken.None)).Select(e => e.Revision));
        Assert.Equal([1, 3], (await waiting.ReadAsync(Soon, CancellationToken.None)).Select(e => e.Revision));
        Assert.Equal((6L, 6L), (n1.Revision, waiting.Revision));
    }

    [Fact]
    public async Task A_watch_waits_through_changes_outside_its_scope_and_wakes_for_its_own()
    {
        await using var store = new InMemoryObjectStore();
        foreach (var scope in (WatchScope[])[new("a", null, "n1"), new(null, "p"), new("a", "p"), new(null, null, "n1")])
        {
            var from = store.Revision;
            using var watch = store.Watch("pods", scope, from);
            var read = watch.ReadAsync(Timeout.InfiniteTimeSpan, CancellationToken.None).AsTask();
            await Write(store, WriteKind.Create, "other", 0, "n2");
            await Write(store, WriteKind.Delete, "other", from + 1, "n2");
            Assert.False(read.IsCompleted);
            await Write(store, WriteKind.Create, "p", 0, "n1");
            Assert.Equal([from + 3], (await read.WaitAsync(Soon)).Select(e => e.Revision));
            await Write(store, WriteKind.Delete, "p", from + 3, "n1");
        }
    }

    [Fact]
    public async Task A_quiet_scope_does_not_fall_off_the_ring_for_what_others_did_but_does_for_what_it_missed()
    {
        await using var store = new InMemoryObjectStore(ringBytes: 1 << 20);
        using var quiet = store.Watch("pods", new WatchScope(null, null, "n1"), 0);
        using var late = store.Watch("pods", new WatchScope(null, null, "n2"), 0);
        for (var i = 0; i < 300; i++) await Write(store, WriteKind.Create, $"x{i}", 0, "n2");
        await Write(store, WriteKind.Create, "mine", 0, "n1");

        Assert.Equal([301], (await quiet.ReadAsync(Soon, CancellationToken.None)).Select(e => e.Revision));
        await Assert.ThrowsAsync<ExpiredRevisionException>(async () => await late.ReadAsync(Soon, CancellationToken.None));
        Assert.Throws<ExpiredRevisionException>(() => store.Watch("pods", new WatchScope(null, null, "n1"), 0));
    }

    private static async Task Write(InMemoryObjectStore store, WriteKind kind, string name, long expected, string? node)
    {
        var place = node is null ? "" : $"\"nodeName\":\"{node}\",";
        var json = $$"""{"kind":"Pod","metadata":{"name":"{{name}}"},"spec":{ {{place}} "filler":"{{new string('x', 8000)}}"} }""";
        var write = new Write(kind, Objects.Key(name, "a", "pods"), expected, Encoding.UTF8.GetBytes(json), NoLabels);
        Assert.Equal(WriteOutcome.Committed, (await store.WriteAsync(write, CancellationToken.None)).Outcome);
    }
}
