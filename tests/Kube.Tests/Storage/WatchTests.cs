using Kube.ApiServer.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class WatchTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_watch_delivers_each_change_of_its_resource_and_namespace_once_and_in_order()
    {
        await using var store = new InMemoryObjectStore();
        await Write(store, Objects.Create(Objects.Key("before")));
        using var all = store.Watch("configmaps", null, 1);
        using var one = store.Watch("configmaps", "b", 1);
        await Write(store, Objects.Create(Objects.Key("x", "a")));
        await Write(store, Objects.Create(Objects.Key("x", "b")));
        await Write(store, Objects.Create(Objects.Key("x", "b", "pods")));
        await Write(store, Objects.Update(Objects.Key("x", "b"), 3));
        await Write(store, Objects.Delete(Objects.Key("x", "b"), 5));

        Assert.Equal([2, 3, 5, 6], (await all.ReadAsync(Soon, CancellationToken.None)).Select(e => e.Revision));
        var events = await one.ReadAsync(Soon, CancellationToken.None);
        Assert.Equal([3, 5, 6], events.Select(e => e.Revision));
        Assert.Equal((null, 3L, 5L), (events[0].Previous?.Revision, events[1].Previous!.Revision, events[2].Previous!.Revision));
        Assert.Null(events[2].Object);
        Assert.Contains("\"resourceVersion\":\"6\"", Objects.Text(events[2].Deleted!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_watch_wakes_on_a_change()
    {
        await using var store = new InMemoryObjectStore();
        using var watch = store.Watch("configmaps", null, 0);
        var read = watch.ReadAsync(Timeout.InfiniteTimeSpan, CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted);
        await Write(store, Objects.Create(Objects.Key("x")));
        Assert.Single(await read.WaitAsync(Soon));
    }

    [Fact]
    public async Task After_a_quiet_time_the_revision_says_what_a_bookmark_may_say()
    {
        var time = new FakeTimeProvider();
        await using var store = new InMemoryObjectStore(time: time);
        using var watch = store.Watch("configmaps", null, 0);
        var read = watch.ReadAsync(TimeSpan.FromSeconds(60), CancellationToken.None).AsTask();
        await Write(store, Objects.Create(Objects.Key("p", resource: "pods")));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Empty(await read.WaitAsync(Soon));
        Assert.Equal(1, watch.Revision);
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        await using var store = new InMemoryObjectStore();
        using var watch = store.Watch("configmaps", null, 0);
        using var cancel = new CancellationTokenSource();
        var read = watch.ReadAsync(Timeout.InfiniteTimeSpan, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_slow_reader_falls_off_the_ring_which_stays_within_its_bytes()
    {
        await using var store = new InMemoryObjectStore(ringBytes: 1 << 20);
        await Write(store, Objects.Create(Objects.Key("quiet", resource: "pods")));
        using var slow = store.Watch("configmaps", null, 1);
        var data = new string('x', 10_000);
        for (var i = 0; i < 300; i++) await Write(store, Objects.Create(Objects.Key($"x{i}"), data));
        using var quick = store.Watch("configmaps", null, 290);
        Assert.Equal(11, (await quick.ReadAsync(Soon, CancellationToken.None)).Count);
        await Assert.ThrowsAsync<ExpiredRevisionException>(async () => await slow.ReadAsync(Soon, CancellationToken.None));
        Assert.Throws<ExpiredRevisionException>(() => store.Watch("configmaps", null, 1));
        Assert.Throws<ExpiredRevisionException>(() => store.List("configmaps", null, 1));
        // Another resource lost its one event; what follows it is complete.
        store.Watch("pods", null, 1).Dispose();
        Assert.Throws<ExpiredRevisionException>(() => store.Watch("pods", null, 0));
    }

    private static async Task Write(InMemoryObjectStore store, Write write) =>
        Assert.Equal(WriteOutcome.Committed, (await store.WriteAsync(write, CancellationToken.None)).Outcome);
}
