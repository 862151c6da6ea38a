using k8s.Models;
using Kube.Machinery.Nodes;
using Kube.Node;
using Kube.Node.Fencing;
using Kube.Node.Pods;
using Xunit;

namespace Kube.Tests.Node;

public sealed class FenceLeaseTests : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(11);
    private static readonly long End = (long)(Duration - FencePromise.Margin).TotalMilliseconds;
    private readonly string _directory = Directory.CreateTempSubdirectory("fence-").FullName;
    private readonly FenceBoard _board;
    private readonly FenceLease _fence;
    private long _now = 1_000_000;
    private V1Pod? _live;
    private int _reads;

    public FenceLeaseTests()
    {
        _board = new FenceBoard(new NodePaths(_directory));
        _fence = new FenceLease(_board, () => _now, (_, _) =>
        {
            _reads++;
            return Task.FromResult(_live);
        });
    }

    public void Dispose()
    {
        _fence.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_node_that_has_promised_nothing_ends_nothing()
    {
        Assert.Equal(FenceBoard.Never, _board.Deadline);
        _fence.Confirm(_now, null);
        Assert.True(_fence.IsHeld);
    }

    [Fact]
    public void The_guard_knows_an_end_before_the_first_promise_is_sent()
    {
        _fence.Arm(_now, Duration);
        Assert.Equal(_now + End, _board.Deadline);
    }

    [Fact]
    public void The_end_counts_from_when_a_renewal_was_sent_and_moves_only_when_it_is_confirmed()
    {
        _fence.Arm(_now, Duration);
        var sent = _now += 2000;
        _fence.Arm(sent, Duration);
        Assert.Equal(1_000_000 + End, _board.Deadline);
        _now += 700;
        _fence.Confirm(sent, Duration);
        Assert.Equal(sent + End, _board.Deadline);
        _fence.Confirm(sent - 1500, Duration);
        Assert.Equal(sent + End, _board.Deadline);
    }

    [Fact]
    public async Task A_stateful_pod_starts_only_while_the_lease_is_held_and_the_server_still_has_it()
    {
        var pod = Stateful("a");
        Hold();
        _live = pod;
        await _fence.AdmitAsync(pod, CancellationToken.None);
        await _fence.AdmitAsync(pod, CancellationToken.None);
        Assert.Equal(1, _reads);
        _now += End;
        Assert.Equal(FenceLease.Reason, (await RefusedAsync(pod)).Reason);
    }

    [Fact]
    public async Task After_the_lease_had_run_out_the_server_is_asked_again()
    {
        var pod = Stateful("a");
        Hold();
        _live = pod;
        await _fence.AdmitAsync(pod, CancellationToken.None);
        _now += End + 1;
        Assert.True(_fence.Confirm(_now, Duration));
        _live = Stateful("a", deleting: true);
        await RefusedAsync(pod);
        _live = Stateful("b");
        await RefusedAsync(pod);
        _live = null;
        await RefusedAsync(pod);
        _live = pod;
        await _fence.AdmitAsync(pod, CancellationToken.None);
    }

    [Fact]
    public async Task A_pod_without_identity_starts_whatever_happens()
    {
        _fence.Arm(_now, Duration);
        _now += End + 1;
        await _fence.AdmitAsync(Stateful("a", owner: "ReplicaSet"), CancellationToken.None);
        Assert.Equal(0, _reads);
    }

    [Fact]
    public async Task A_pod_is_under_the_guard_before_it_runs_and_until_nothing_is_left_of_it()
    {
        _live = Stateful("a");
        Hold();
        await _fence.AdmitAsync(_live, CancellationToken.None);
        Assert.Equal(["a"], Directory.EnumerateFiles(_board.Pods).Select(Path.GetFileName));
        using (var again = new FenceBoard(new NodePaths(_directory)))
            Assert.Equal(_board.Deadline, again.Deadline);
        _fence.Forget("a");
        Assert.Empty(Directory.EnumerateFiles(_board.Pods));
    }

    [Fact]
    public void A_guard_that_has_not_looked_lately_is_none()
    {
        _board.LastLook = _now;
        Assert.True(_fence.IsGuarded);
        _now += 1600;
        Assert.False(_fence.IsGuarded);
    }

    [Theory]
    [InlineData("StatefulSet", false, true)]
    [InlineData("ReplicaSet", true, true)]
    [InlineData("ReplicaSet", false, false)]
    public void What_has_an_identity_or_storage_of_its_own_is_stateful(string owner, bool claim, bool stateful)
    {
        var pod = Stateful("a", owner: owner);
        if (claim)
            pod.Spec.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }];
        Assert.Equal(stateful, StatefulPods.IsStateful(pod));
    }

    private void Hold()
    {
        _fence.Arm(_now, Duration);
        _fence.Confirm(_now, Duration);
    }

    private Task<ContainerStartException> RefusedAsync(V1Pod pod) => Assert.ThrowsAsync<ContainerStartException>(() => _fence.AdmitAsync(pod, CancellationToken.None));

    private static V1Pod Stateful(string uid, string owner = "StatefulSet", bool deleting = false) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "db-0",
            NamespaceProperty = "shop",
            Uid = uid,
            DeletionTimestamp = deleting ? new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) : null,
            OwnerReferences = [new V1OwnerReference { Kind = owner, Name = "db", Controller = true, ApiVersion = "apps/v1", Uid = "o" }],
        },
        Spec = new V1PodSpec { Containers = [] },
    };
}
