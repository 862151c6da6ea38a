using k8s.Models;
using Kube.Controllers.StatefulSets;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class StatefulSetPlanTests
{
    private const string Old = "db-old";
    private const string New = "db-new";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_next_pod_comes_only_when_those_before_it_are_ready()
    {
        Assert.Equal([(0, New)], Plan(Set(3)).Create);
        Assert.Empty(Plan(Set(3), Pod(0, ready: false)).Create);
        Assert.Equal([(1, New)], Plan(Set(3), Pod(0)).Create);
    }

    [Fact]
    public void In_parallel_all_come_at_once_and_all_go_at_once()
    {
        Assert.Equal([0, 1, 2], Plan(Set(3, "Parallel")).Create.Select(c => c.Ordinal));
        Assert.Equal(["db-2", "db-1"], Deleted(Plan(Set(1, "Parallel"), Pod(0), Pod(1, ready: false), Pod(2))));
    }

    [Fact]
    public void Scaling_down_takes_the_last_first_and_waits_for_it()
    {
        Assert.Equal(["db-2"], Deleted(Plan(Set(1), Pod(0), Pod(1), Pod(2))));
        Assert.Empty(Deleted(Plan(Set(1), Pod(0), Pod(1), Pod(2, going: true))));
    }

    [Fact]
    public void Scaling_down_halts_while_another_pod_is_not_healthy()
    {
        Assert.Empty(Deleted(Plan(Set(0), Pod(0, ready: false), Pod(1, ready: false), Pod(2, ready: false))));
        Assert.Empty(Deleted(Plan(Set(1), Pod(0, ready: false), Pod(1))));
        Assert.Equal(["db-1"], Deleted(Plan(Set(1), Pod(0), Pod(1, ready: false))));
    }

    [Fact]
    public void An_ended_pod_goes_so_that_it_can_come_again() =>
        Assert.Equal(["db-1"], Deleted(Plan(Set(3), Pod(0), Pod(1, phase: "Failed"), Pod(2))));

    [Fact]
    public void A_pod_that_is_going_is_never_joined_by_another_of_its_name()
    {
        Assert.Empty(Plan(Set(2), Pod(0), Pod(1, going: true)).Create);
        Assert.Empty(Plan(Set(2, "Parallel"), Pod(0), Pod(1, going: true)).Create);
    }

    [Fact]
    public void An_update_replaces_one_pod_at_a_time_from_the_last()
    {
        Assert.Equal(["db-2"], Deleted(Plan(Set(3), Pod(0, Old), Pod(1, Old), Pod(2, Old))));
        Assert.Equal(["db-1"], Deleted(Plan(Set(3), Pod(0, Old), Pod(1, Old), Pod(2))));
        Assert.Empty(Deleted(Plan(Set(3), Pod(0, Old), Pod(1, Old), Pod(2, ready: false))));
    }

    [Fact]
    public void Below_the_partition_pods_stay_and_come_again_with_the_revision_of_before()
    {
        var set = Set(3);
        set.Spec.UpdateStrategy = new V1StatefulSetUpdateStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdateStatefulSetStrategy { Partition = 2 } };
        Assert.Empty(Deleted(Plan(set, Pod(0, Old), Pod(1, Old), Pod(2))));
        Assert.Equal([(0, Old)], Plan(set, Pod(1, Old), Pod(2)).Create);
        Assert.Equal([(2, New)], Plan(set, Pod(0, Old), Pod(1, Old)).Create);
    }

    [Fact]
    public void On_delete_leaves_old_pods_alone_and_makes_new_ones_of_the_new_template()
    {
        var set = Set(2);
        set.Spec.UpdateStrategy = new V1StatefulSetUpdateStrategy { Type = "OnDelete" };
        Assert.Empty(Deleted(Plan(set, Pod(0, Old), Pod(1, Old))));
        Assert.Equal([(1, New)], Plan(set, Pod(0, Old)).Create);
    }

    [Fact]
    public void Ordinals_begin_where_the_set_says()
    {
        var set = Set(2);
        set.Spec.Ordinals = new V1StatefulSetOrdinals { Start = 5 };
        Assert.Equal([(6, New)], Plan(set, Pod(5)).Create);
        Assert.Equal(["db-0"], Deleted(Plan(set, Pod(0), Pod(5), Pod(6))));
    }

    [Fact]
    public void A_pod_counts_for_the_next_only_after_min_ready_seconds()
    {
        var set = Set(2);
        set.Spec.MinReadySeconds = 30;
        var plan = Plan(set, Pod(0, since: 10));
        Assert.Empty(plan.Create);
        Assert.Equal((1, 0, TimeSpan.FromSeconds(20)), (plan.Status.Ready, plan.Status.Available, plan.LookAgain));
        Assert.Equal([(1, New)], Plan(set, Pod(0, since: 31)).Create);
    }

    [Fact]
    public void An_update_is_complete_when_every_pod_is_of_it_and_ready()
    {
        var half = Plan(Set(2), Pod(0, Old), Pod(1)).Status;
        Assert.Equal((1, 1, Old), (half.Current, half.Updated, half.CurrentRevision));
        Assert.Equal(Old, Plan(Set(2), Pod(0), Pod(1, ready: false)).Status.CurrentRevision);
        var whole = Plan(Set(2), Pod(0), Pod(1)).Status;
        Assert.Equal((2, 2, New), (whole.Current, whole.Updated, whole.CurrentRevision));
    }

    [Fact]
    public void Only_names_the_set_gives_have_an_ordinal()
    {
        Assert.Equal(12, Identity.Ordinal("db", "db-12"));
        foreach (var other in (string[])["db-01", "db-", "db", "db-x", "dbx-1", "db-1-1", "db--1"])
        {
            Assert.Null(Identity.Ordinal("db", other));
        }
    }

    private static StatefulSetPlan Plan(V1StatefulSet set, params V1Pod[] pods) => StatefulSetPlan.Of(set, pods, Old, New, Now);

    private static IEnumerable<string> Deleted(StatefulSetPlan plan) => plan.Delete.Select(p => p.Metadata.Name);

    private static V1StatefulSet Set(int replicas, string policy = "OrderedReady") => new()
    {
        Metadata = new V1ObjectMeta { Name = "db", NamespaceProperty = "default", Uid = "db" },
        Spec = new V1StatefulSetSpec { Replicas = replicas, PodManagementPolicy = policy },
    };

    private static V1Pod Pod(int ordinal, string revision = New, bool ready = true, bool going = false, string phase = "Running", int since = 60) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"db-{ordinal}",
            Uid = $"uid-{ordinal}",
            Labels = new Dictionary<string, string> { ["controller-revision-hash"] = revision },
            DeletionTimestamp = going ? Now.UtcDateTime : null,
        },
        Spec = new V1PodSpec(),
        Status = new V1PodStatus { Phase = phase, Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(-since).UtcDateTime }] },
    };
}
