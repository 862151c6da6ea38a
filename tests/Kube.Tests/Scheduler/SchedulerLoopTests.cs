using System.Collections.Concurrent;
using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Machinery.Placement;
using Kube.Scheduler;
using Kube.Scheduler.Reviews;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Volumes;
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
            "the place to be free again", async () => (await AskAsync(("q", "1")))[0].Nodes![0], node => node == "a");
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
        Assert.Equal(("second", "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."), await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken));
        _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Deleted, first, first));
        Assert.Equal(("second", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_dry_run_counts_its_own_pods_and_leaves_nothing_behind()
    {
        Tell(Pods.Node("a", "1"));
        for (var i = 0; i < 2; i++)
        {
            var answers = await AskAsync(("x", "600m"), ("y", "600m"));
            Assert.Equal([1, 0], answers.Select(a => a.Fitting));
        }
    }

    [Fact]
    public async Task A_more_important_pod_pushes_a_lesser_one_off_and_gets_its_node()
    {
        Tell(Pods.Node("a", "1"));
        var lesser = Pods.Of("lesser", "1");
        lesser.Spec.NodeName = "a";
        Tell(lesser);
        Tell(Pods.Of("important", "1", with: s => s.Priority = 10));
        Assert.Equal(("important", "a", "lesser"), await _binder.Preemptions.Reader.ReadAsync(TestContext.Current.CancellationToken));

        // Its place is kept for it: a pod of no importance that comes meanwhile does not slip in when the victim goes.
        Tell(Pods.Of("sneaky", "1"));
        Assert.Equal("important", (await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken)).Item1);
        Assert.Equal("sneaky", (await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken)).Item1);
        _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Deleted, lesser, lesser));
        Assert.Equal(("important", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.False(_binder.Binds.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_pod_whose_policy_is_never_pushes_nobody_off()
    {
        Tell(Pods.Node("a", "1"));
        var lesser = Pods.Of("lesser", "1");
        lesser.Spec.NodeName = "a";
        Tell(lesser);
        Tell(Pods.Of("polite", "1", with: s => (s.Priority, s.PreemptionPolicy) = (10, "Never")));
        Assert.Equal(
            ("polite", "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never."),
            await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.False(_binder.Preemptions.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_gated_pod_waits_until_its_gates_are_gone()
    {
        Tell(Pods.Node("a"));
        var gated = Pods.Of("gated", "1", with: s => s.SchedulingGates = [new V1PodSchedulingGate { Name = "later" }]);
        Tell(gated);
        Tell(Pods.Of("other", "1"));
        Assert.Equal(("other", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        var free = Pods.Of("gated", "1");
        _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Modified, free, gated));
        Assert.Equal(("gated", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pod_whose_claim_is_unbound_waits_for_it_and_follows_its_volume()
    {
        Tell(Pods.Node("a"));
        Tell(Pods.Node("b"));
        Tell(Pods.Of("p", "1", with: s => s.Volumes = [new V1Volume { Name = "v", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }]));
        Assert.Equal(
            ("p", "0/2 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."),
            await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken));
        _loop.OnVolume(new InformerEvent<V1PersistentVolume>(InformerEventKind.Added, Pods.VolumeOn("pv", "b"), null));
        var claim = new V1PersistentVolumeClaim
        {
            Metadata = new V1ObjectMeta { Name = "data", NamespaceProperty = "default" },
            Spec = new V1PersistentVolumeClaimSpec { VolumeName = "pv" },
        };
        _loop.OnClaim(new InformerEvent<V1PersistentVolumeClaim>(InformerEventKind.Added, claim, null));
        Assert.Equal(("p", "b"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_claim_that_waits_for_its_first_pod_gets_a_volume_of_the_pods_node_before_the_pod_is_bound()
    {
        Tell(Pods.Node("a", "1"));
        Tell(Pods.Node("b"));
        var local = new V1StorageClass { Metadata = new V1ObjectMeta { Name = "local" }, Provisioner = "kubernetes.io/no-provisioner", VolumeBindingMode = "WaitForFirstConsumer" };
        _loop.OnStorageClass(new InformerEvent<V1StorageClass>(InformerEventKind.Added, local, null));
        foreach (var (name, node) in new[] { ("pv-a", "a"), ("pv-b", "b") })
        {
            var volume = Pods.VolumeOn(name, node);
            volume.Spec.StorageClassName = "local";
            volume.Status = new V1PersistentVolumeStatus { Phase = "Available" };
            _loop.OnVolume(new InformerEvent<V1PersistentVolume>(InformerEventKind.Added, volume, null));
        }

        var claim = Claim(null);
        _loop.OnClaim(new InformerEvent<V1PersistentVolumeClaim>(InformerEventKind.Added, claim, null));
        V1Pod Member(string name) =>
            Pods.Of(name, "2", with: s => s.Volumes = [new V1Volume { Name = "v", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }]);
        Tell(Member("p"));
        Assert.Equal(("b", "data=pv-b"), await _binder.Reservations.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.False(_binder.Binds.Reader.TryRead(out _));
        _loop.OnClaim(new InformerEvent<V1PersistentVolumeClaim>(InformerEventKind.Modified, Claim("pv-b"), claim));
        Assert.Equal(("p", "b"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));

        static V1PersistentVolumeClaim Claim(string? volume) => new()
        {
            Metadata = new V1ObjectMeta { Name = "data", NamespaceProperty = "default" },
            Spec = new V1PersistentVolumeClaimSpec { StorageClassName = "local", VolumeName = volume },
        };
    }

    [Fact]
    public async Task Parked_pods_of_one_shape_follow_one_another_when_room_comes()
    {
        Tell(Pods.Node("a", "1"));
        for (var i = 0; i < 5; i++)
        {
            Tell(Pods.Of($"p{i}", "1"));
        }

        Assert.Equal(("p0", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        for (var i = 1; i < 5; i++)
        {
            Assert.Equal($"p{i}", (await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken)).Item1);
        }

        Tell(Pods.Node("b", "3"));
        foreach (var i in new[] { 1, 2, 3 })
        {
            Assert.Equal(($"p{i}", "b"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_pod_that_wants_company_wakes_when_it_comes()
    {
        Tell(Pods.Node("a"));
        Tell(Pods.Of("follower", "1", with: s => s.Affinity = Pods.Near("app", "db")));
        Assert.StartsWith(
            "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
            (await _binder.Failures.Reader.ReadAsync(TestContext.Current.CancellationToken)).Item2, StringComparison.Ordinal);
        var leader = Pods.Of("leader", "1").With("app", "db");
        Tell(leader);
        Assert.Equal(("leader", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("follower", "a"), await _binder.Binds.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    private async Task<IList<PlacementPodSetStatus>> AskAsync(params (string Name, string Cpu)[] pods)
    {
        var capture = await _loop.CaptureAsync(TestContext.Current.CancellationToken);
        var inquiry = new PlacementInquiry([.. pods.Select(p => new PodsToPlace(p.Name, Pods.Of(p.Name, p.Cpu), 1))]);
        return new PlacementReviewer(new ReviewedCluster(capture), inquiry).Answer().Pods!;
    }

    private void Tell(V1Pod pod) => _loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Added, pod, null));

    private void Tell(V1Node node) => _loop.OnNode(new InformerEvent<V1Node>(InformerEventKind.Added, node, null));

    private sealed class RecordingBinder : IPodBinder
    {
        public System.Threading.Channels.Channel<(string, string)> Binds { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

        public System.Threading.Channels.Channel<(string, string)> Failures { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

        public System.Threading.Channels.Channel<(string Pod, string Node, string Victims)> Preemptions { get; } =
            System.Threading.Channels.Channel.CreateUnbounded<(string, string, string)>();

        public System.Threading.Channels.Channel<(string Node, string Volumes)> Reservations { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

        public ConcurrentQueue<string> Refuse { get; } = new();

        public Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
        {
            Binds.Writer.TryWrite((pod.Metadata.Name, node));
            return Refuse.TryDequeue(out _) ? throw new HttpRequestException("the server is away") : Task.CompletedTask;
        }

        public async Task ReserveVolumesAsync(string node, IReadOnlyList<VolumeReservation> reservations, CancellationToken cancellationToken)
        {
            await Reservations.Writer.WriteAsync((node, string.Join(',', reservations.Select(r => $"{r.Claim.Metadata.Name}={r.Volume?.Metadata.Name ?? "new"}"))), cancellationToken);
        }

        public async Task PreemptAsync(V1Pod pod, string node, IReadOnlyList<V1Pod> victims, CancellationToken cancellationToken)
        {
            await Preemptions.Writer.WriteAsync((pod.Metadata.Name, node, string.Join(',', victims.Select(v => v.Metadata.Name).Order())), cancellationToken);
        }

        public void ReportFailure(V1Pod pod, string message, string? fix) => Failures.Writer.TryWrite((pod.Metadata.Name, message));
    }
}
