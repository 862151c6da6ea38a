using k8s.Models;
using Kube.Controllers.ReplicaSets;
using Kube.Tests.Scheduler;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class ReplicaSetPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly HashSet<string> None = [];

    [Fact]
    public void Missing_pods_are_created_less_those_under_way()
    {
        var plan = ReplicaSetPlan.Of(Set(5), [Pod("a")], [], creating: 2, None, Now);
        Assert.Equal((2, 0), (plan.Create, plan.Delete.Count));
    }

    [Fact]
    public void Pods_that_are_going_or_ended_are_replaced()
    {
        var going = Pod("going");
        going.Metadata.DeletionTimestamp = Now.UtcDateTime;
        var failed = Pod("failed", phase: "Failed");
        Assert.Equal(2, ReplicaSetPlan.Of(Set(3), [Pod("a"), going, failed], [], 0, None, Now).Create);
    }

    [Fact]
    public void Too_many_pods_go_in_order_of_their_worth()
    {
        var pods = new[] { Pod("old-ready", ready: 60), Pod("new-ready", ready: 5), Pod("not-ready"), Pod("pending", phase: "Pending"), Pod("unassigned", node: null, phase: "Pending") };
        Assert.Equal(["unassigned", "pending", "not-ready", "new-ready"], PodDeletionOrder.First(pods, 4).Select(p => p.Metadata.Name));
    }

    [Fact]
    public void Orphans_that_match_are_adopted_and_own_pods_that_do_not_are_released()
    {
        var stray = Pod("stray");
        stray.Metadata.Labels["app"] = "other";
        var plan = ReplicaSetPlan.Of(Set(2), [stray], [Pod("orphan")], 0, None, Now);
        Assert.Equal(("orphan", "stray", 1), (plan.Adopt.Single().Metadata.Name, plan.Release.Single().Metadata.Name, plan.Create));
    }

    [Fact]
    public void A_pod_is_available_only_after_min_ready_seconds()
    {
        var set = Set(2);
        set.Spec.MinReadySeconds = 30;
        var plan = ReplicaSetPlan.Of(set, [Pod("a", ready: 60), Pod("b", ready: 10)], [], 0, None, Now);
        Assert.Equal((2, 1, TimeSpan.FromSeconds(20)), (plan.Ready, plan.Available, plan.LookAgain));
    }

    [Fact]
    public void A_set_being_deleted_neither_creates_nor_deletes()
    {
        var set = Set(3);
        set.Metadata.DeletionTimestamp = Now.UtcDateTime;
        Assert.Equal(0, ReplicaSetPlan.Of(set, [], [Pod("orphan")], 0, None, Now).Create);
    }

    private static V1ReplicaSet Set(int replicas) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default", Uid = "web" },
        Spec = new V1ReplicaSetSpec { Replicas = replicas, Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } } },
    };

    private static V1Pod Pod(string name, int? ready = null, string phase = "Running", string? node = "n")
    {
        var pod = Pods.Of(name, owner: "web");
        pod.Metadata.Labels = new Dictionary<string, string> { ["app"] = "web" };
        pod.Spec.NodeName = node;
        pod.Status = new V1PodStatus
        {
            Phase = phase,
            Conditions = ready is { } seconds ? [new V1PodCondition { Type = "Ready", Status = "True", LastTransitionTime = Now.AddSeconds(-seconds).UtcDateTime }] : null,
        };
        return pod;
    }
}
