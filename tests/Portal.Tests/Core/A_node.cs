using k8s.Models;
using Portal.Core.Members;
using Portal.Core.Nodes;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_node
{
    private static readonly DateTimeOffset Since = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Says_what_its_pods_ask_for_and_what_is_measured()
    {
        var view = NodeViews.Of(Node(), [Pod("a", "ReplicaSet"), Pod("b", "ReplicaSet"), Pod("ended", "Job", phase: "Succeeded")], new() { Usage = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("350m"), ["memory"] = new("64Mi") } });

        Assert.Equal(NodeState.Ready, view.State);
        Assert.Equal(4000, view.CpuMillis);
        Assert.Equal(500, view.RequestedCpuMillis);
        Assert.Equal(2 * 128L << 20, view.RequestedMemoryBytes);
        Assert.Equal(2, view.Pods);
        Assert.Equal(350, view.UsedCpuMillis);
        Assert.Equal("", view.Why);
    }

    [Theory]
    [InlineData("False", NodeState.NotReady)]
    [InlineData("Unknown", NodeState.Unknown)]
    public void Is_told_apart_by_its_readiness(string ready, NodeState state) => Assert.Equal(state, NodeViews.Of(Node(ready), [], null).State);

    [Theory]
    [InlineData("ReplicaSet", DrainMove.Moves)]
    [InlineData("DaemonSet", DrainMove.Stays)]
    [InlineData("Node", DrainMove.Stays)]
    [InlineData(null, DrainMove.IsLost)]
    public void Says_beforehand_what_a_drain_does_to_each_pod(string? owner, DrainMove move) => Assert.Equal(move, NodeViews.Pod(Pod("a", owner)).Move);

    [Fact]
    public void Keeps_its_drain_on_itself_and_counts_what_has_still_to_go()
    {
        var node = Node();
        node.Metadata.Annotations = new Dictionary<string, string> { [NodeViews.DrainAnnotation] = NodeViews.Text(new DrainRecord(Since, "ada@example.com")) };

        var drain = NodeViews.Of(node, [Pod("a", "ReplicaSet"), Pod("daemon", "DaemonSet")], null).Drain;

        Assert.Equal(new NodeDrain(Since, "ada@example.com", null, 1, ""), drain);
    }

    [Fact]
    public void What_somebody_else_wrote_into_the_annotation_is_no_drain()
    {
        var node = Node();
        node.Metadata.Annotations = new Dictionary<string, string> { [NodeViews.DrainAnnotation] = "yes please" };

        Assert.Null(NodeViews.Of(node, [], null).Drain);
    }

    [Theory]
    [InlineData(PlatformRoles.PlatformAdmin, true)]
    [InlineData(PlatformRoles.NodeOperator, true)]
    [InlineData(PlatformRoles.QuotaManager | PlatformRoles.PlatformAuditor, false)]
    [InlineData(PlatformRoles.None, false)]
    public void Is_the_operators_alone(PlatformRoles roles, bool allowed)
    {
        Assert.Equal(allowed, PlatformTable.Allows(new Actor(Guid.Empty, "", roles), Right.NodeManage));
        Assert.False(PlatformTable.Allows(new Actor(Guid.Empty, "", roles, new TokenScope("acme", null)), Right.NodeManage));
        Assert.False(PlatformTable.Allows(roles, Right.Deploy));
    }

    private static V1Node Node(string ready = "True") => new()
    {
        Metadata = new() { Name = "node-1", CreationTimestamp = Since.UtcDateTime },
        Status = new()
        {
            Conditions = [new() { Type = "Ready", Status = ready, Message = "the node runs pods" }, new() { Type = "MemoryPressure", Status = "False" }],
            Allocatable = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("4"), ["memory"] = new("8Gi"), ["pods"] = new("110") },
        },
    };

    private static V1Pod Pod(string name, string? owner, string phase = "Running") => new()
    {
        Metadata = new() { Name = name, NamespaceProperty = "acme", OwnerReferences = owner is null ? null : [new() { Kind = owner, Name = "its", Controller = true, ApiVersion = "v1", Uid = "1" }] },
        Spec = new()
        {
            NodeName = "node-1",
            Containers = [new() { Name = "web", Resources = new() { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("250m"), ["memory"] = new("128Mi") } } }],
        },
        Status = new() { Phase = phase },
    };
}
