using System.Collections.Concurrent;
using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Scheduler;
using Kube.Scheduler.Binding;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Scheduler;

public sealed class SchedulerLoopTests : IAsyncDisposable
{
    private readonly RecordingBinder _binder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulerLoop _loop;
    private readonly Task _run;

    public SchedulerLoopTests()
    {
        _loop = new SchedulerLoop(new SchedulerOptions { ParallelBinds = 2 }, _binder, _time, NullLogger.Instance);
        _run = _loop.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_is_reported_and_bound_once_a_node_comes()
    {
        Tell(Pods.Of("p", "1"));
        Assert.Equal(("p", "no nodes available to schedule pods"), await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Tell(Pods.Node("a"));
        Assert.Equal(("p", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failed_binding_gives_the_place_back_and_is_tried_again()
    {
        _binder.Refuse.Enqueue("p");
        Tell(Pods.Node("a", "1"));
        Tell(Pods.Of("p", "1"));
        Assert.Equal(("p", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));

        // While it waits for its back-off another pod may take the place it no longer holds.
        await global::Testing.Eventually.Async(
            "the place to be free again", async () => (await _loop.DryRunAsync([Pods.Of("q", "1")], TestContext.Current.CancellationToken))[0].Node, node => node == "a");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("p", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_deleted_pod_makes_room_for_one_that_waits()
    {
        Tell(Pods.Node("a", "1"));
        var first = Pods.Of("first", "1");
        Tell(first);
        Assert.Equal(("first", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Tell(Pods.Of("second", "1"));
        Assert.Equal(("second", "0/1 nodes are available: 1 Insufficient cpu."), await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken));
        _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Deleted, first, first));
        Assert.Equal(("second", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_dry_run_counts_its_own_pods_and_leaves_nothing_behind()
    {
        Tell(Pods.Node("a", "1"));
        for (var i = 0; i < 2; i++)
        {
            var traces = await _loop.DryRunAsync([Pods.Of("x", "600m"), Pods.Of("y", "600m")], TestContext.Current.CancellationToken);
            Assert.Equal(["a", null], traces.Select(t => t.Node));
        }
    }

    private void Tell(V1Pod pod) => _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Added, pod, null));

    private void Tell(V1Node node) => _loop.OnNode(new InformerEvent<V1Node>(InformerEventKind.Added, node, null));

    private sealed class RecordingBinder : IPodBinder
    {
        public System.Threading.Channels.Channel<(string, string)> Binds { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

        public System.Threading.Channels.Channel<(string, string)> Failures { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

        public ConcurrentQueue<string> Refuse { get; } = new();

        public Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
        {
            Binds.Writer.TryWrite((pod.Metadata.Name, node));
            return Refuse.TryDequeue(out _) ? throw new HttpRequestException("the server is away") : Task.CompletedTask;
        }

        public void ReportFailure(V1Pod pod, string message) => Failures.Writer.TryWrite((pod.Metadata.Name, message));
    }
}
