using k8s.Models;
using Kube.Controllers.NodeIpam;
using Kube.Controllers.NodeLifecycle;
using Kube.Tests.Scheduler;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class NodeLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    [InlineData(3, 4, false)]
    [InlineData(5, 10, true)]
    [InlineData(6, 10, false)]
    public void Evictions_stop_when_most_nodes_vanish_together(int unhealthy, int all, bool allowed) => Assert.Equal(allowed, EvictionGuard.Allows(unhealthy, all));

    [Fact]
    public void A_pod_that_tolerates_nothing_leaves_after_the_default_delay() => Assert.Equal(Now.AddSeconds(2), DueAt());

    [Fact]
    public void A_toleration_with_a_time_keeps_a_pod_for_that_time() =>
        Assert.Equal(Now.AddSeconds(60), DueAt(new V1Toleration { Key = NodeTaints.Unreachable, OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = 60 }));

    [Fact]
    public void A_toleration_without_a_time_keeps_a_pod_for_good() => Assert.Null(DueAt(new V1Toleration { OperatorProperty = "Exists" }));

    [Fact]
    public void Taints_follow_the_conditions_and_leave_those_of_others_alone()
    {
        var foreign = new V1Taint { Key = "team", Value = "x", Effect = "NoSchedule" };
        var node = Pods.Node("n", taints: [foreign, new V1Taint { Key = NodeTaints.NotReady, Effect = "NoExecute" }]);
        var unreachable = NodeTaints.Wanted(node, "Unknown", unschedulable: false, Now);
        Assert.Equal(["team:NoSchedule", "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"], unreachable.Select(t => $"{t.Key}:{t.Effect}"));
        Assert.Same(foreign, Assert.Single(NodeTaints.Wanted(node, "True", unschedulable: false, Now)));
    }

    [Fact]
    public void Silence_is_measured_from_the_moment_a_sign_was_first_seen()
    {
        var health = NodeHealth.Observe(null, "renewed at 1", Now);
        Assert.Equal(Now, NodeHealth.Observe(health, "renewed at 1", Now.AddSeconds(5)).SeenAt);
        Assert.Equal(Now.AddSeconds(5), NodeHealth.Observe(health, "renewed at 2", Now.AddSeconds(5)).SeenAt);
    }

    [Fact]
    public void Pod_ranges_are_given_lowest_first_until_none_is_left()
    {
        var ranges = new PodRanges(System.Net.IPNetwork.Parse("10.244.0.0/23"));
        Assert.Equal("10.244.0.0/24", ranges.LowestFree([]));
        Assert.Equal("10.244.1.0/24", ranges.LowestFree(["10.244.0.0/24"]));
        Assert.Null(ranges.LowestFree(["10.244.0.0/24", "10.244.1.0/24"]));
    }

    private static DateTimeOffset? DueAt(params V1Toleration[] tolerations) =>
        EvictionPlan.DueAt(Pods.Of("p", with: s => s.Tolerations = tolerations), [new V1Taint { Key = NodeTaints.Unreachable, Effect = "NoExecute" }], Now, TimeSpan.FromSeconds(2));
}
