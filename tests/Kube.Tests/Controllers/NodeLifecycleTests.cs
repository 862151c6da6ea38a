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
    [InlineData(0, 3, 1.0)]
    [InlineData(1, 2, 1.0)]
    [InlineData(2, 3, 1.0)]
    [InlineData(5, 10, 1.0)]
    [InlineData(1, 1, null)]
    [InlineData(2, 2, null)]
    [InlineData(3, 4, null)]
    [InlineData(6, 10, null)]
    [InlineData(40, 60, 10.0)]
    public void Evictions_slow_and_stop_when_most_nodes_vanish_together(int unhealthy, int all, double? seconds) =>
        Assert.Equal(seconds, ZoneRule.Interval(ZoneRule.StateOf(unhealthy, all), all, everywhere: unhealthy == all)?.TotalSeconds);

    [Fact]
    public void A_zone_that_is_gone_entirely_is_evicted_while_others_stand()
    {
        V1Node[] nodes = [Zoned("a1", "a", ready: false), Zoned("a2", "a", ready: false), Zoned("b1", "b", ready: true)];
        Assert.Equal(TimeSpan.FromSeconds(1), EvictionBudget.Interval(nodes[0], nodes));
        nodes[2] = Zoned("b1", "b", ready: false);
        Assert.Null(EvictionBudget.Interval(nodes[0], nodes));
    }

    [Fact]
    public void A_few_nodes_are_evicted_at_once_and_the_others_one_after_another()
    {
        var budget = new EvictionBudget();
        var interval = TimeSpan.FromSeconds(10);
        for (var node = 0; node < 5; node++)
            Assert.Equal(TimeSpan.Zero, budget.Take("a", interval, Now));
        Assert.Equal(interval, budget.Take("a", interval, Now));
        Assert.Equal(TimeSpan.Zero, budget.Take("b", interval, Now));
        Assert.Equal(TimeSpan.Zero, budget.Take("a", interval, Now + interval));
        Assert.True(budget.Take("a", interval, Now + interval) > TimeSpan.Zero);
    }

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
    public void Pod_ranges_are_given_lowest_first_until_none_is_left()
    {
        var ranges = new PodRanges(System.Net.IPNetwork.Parse("10.244.0.0/23"));
        Assert.Equal("10.244.0.0/24", ranges.LowestFree([]));
        Assert.Equal("10.244.1.0/24", ranges.LowestFree(["10.244.0.0/24"]));
        Assert.Null(ranges.LowestFree(["10.244.0.0/24", "10.244.1.0/24"]));
    }

    private static V1Node Zoned(string name, string zone, bool ready)
    {
        var node = Pods.Node(name);
        node.Metadata.Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = zone };
        node.Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = ready ? "True" : "Unknown" }] };
        return node;
    }

    private static DateTimeOffset? DueAt(params V1Toleration[] tolerations) =>
        EvictionPlan.DueAt(Pods.Of("p", with: s => s.Tolerations = tolerations), [new V1Taint { Key = NodeTaints.Unreachable, Effect = "NoExecute" }], Now, TimeSpan.FromSeconds(2));
}
