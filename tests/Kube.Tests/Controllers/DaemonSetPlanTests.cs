using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.DaemonSets;
using Kube.Controllers.Revisions;
using Kube.Tests.Scheduler;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class DaemonSetPlanTests
{
    private const string Old = "old";
    private const string New = "new";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly V1Node[] Nodes = [.. ((string[])["a", "b", "c", "d"]).Select(n => Pods.Node(n))];

    [Fact]
    public void Every_node_without_a_pod_gets_one()
    {
        var plan = Plan(Set(), Nodes, Pod("a"), Pod("b", going: true));
        Assert.Equal(["c", "d"], plan.Create);
        Assert.Equal((4, 2, 1, 1), (plan.Status.Desired, plan.Status.Current, plan.Status.Ready, plan.Status.Updated));
    }

    [Fact]
    public void Selector_affinity_and_taints_decide_which_nodes()
    {
        var set = Set();
        set.Spec.Template.Spec.NodeSelector = new Dictionary<string, string> { ["kubernetes.io/hostname"] = "a" };
        var plan = Plan(set, Nodes, Pod("b"));
        Assert.Equal(["a"], plan.Create);
        Assert.Equal("b", DaemonNodes.NodeOf(Assert.Single(plan.Delete)));
        Assert.Equal((1, 0, 1), (plan.Status.Desired, plan.Status.Current, plan.Status.Misscheduled));

        set = Set();
        set.Spec.Template.Spec.Affinity = new V1Affinity
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector
                {
                    NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = "kubernetes.io/hostname", OperatorProperty = "NotIn", Values = ["a", "b"] }] }],
                },
            },
        };
        Assert.Equal(["c", "d"], Plan(set, Nodes).Create);
    }

    [Theory]
    [InlineData("NoSchedule", false, true)]
    [InlineData("NoExecute", false, false)]
    [InlineData("PreferNoSchedule", true, true)]
    public void A_taint_keeps_new_pods_off_and_only_NoExecute_drives_others_away(string effect, bool shouldRun, bool mayStay) =>
        Assert.Equal((shouldRun, mayStay), DaemonNodes.Fit(Set().Spec.Template.Spec, Pods.Node("a", taints: new V1Taint { Key = "x", Effect = effect })));

    [Theory]
    [InlineData("node.kubernetes.io/unschedulable", "NoSchedule")]
    [InlineData("node.kubernetes.io/unreachable", "NoExecute")]
    [InlineData("node.kubernetes.io/disk-pressure", "NoSchedule")]
    public void Troubles_of_a_node_do_not_keep_daemons_off(string key, string effect) =>
        Assert.Equal((true, true), DaemonNodes.Fit(Set().Spec.Template.Spec, Pods.Node("a", taints: new V1Taint { Key = key, Effect = effect })));

    [Fact]
    public void A_failed_pod_goes_and_its_node_gets_another_once_it_is_gone()
    {
        var plan = Plan(Set(), Nodes[..1], Pod("a", phase: "Failed"));
        Assert.Equal((0, 1), (plan.Create.Count, plan.Delete.Count));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("50%", 2)]
    public void A_rollout_takes_no_more_pods_away_than_may_be_missing(string maxUnavailable, int deleted) =>
        Assert.Equal(deleted, Plan(Set(maxUnavailable), Nodes, Pod("a", Old), Pod("b", Old), Pod("c", Old), Pod("d", Old)).Delete.Count);

    [Fact]
    public void A_rollout_waits_for_the_replaced_and_takes_what_does_not_work_at_once()
    {
        Assert.Empty(Plan(Set(), Nodes, Pod("a"), Pod("b", ready: false), Pod("c", Old), Pod("d", Old)).Delete);
        Assert.Equal(["b"], Plan(Set(), Nodes, Pod("a"), Pod("b", Old, ready: false), Pod("c", Old), Pod("d", Old)).Delete.Select(DaemonNodes.NodeOf));
    }

    [Fact]
    public void A_surge_puts_the_new_pod_beside_the_old_one_and_takes_that_when_the_new_one_works()
    {
        var set = Set("0", "1");
        var plan = Plan(set, Nodes[..2], Pod("a", Old), Pod("b", Old));
        Assert.Equal((1, 0), (plan.Create.Count, plan.Delete.Count));
        plan = Plan(set, Nodes[..2], Pod("a", Old), Pod("a", ready: false), Pod("b", Old));
        Assert.Equal((0, 0), (plan.Create.Count, plan.Delete.Count));
        plan = Plan(set, Nodes[..2], Pod("a", Old), Pod("a"), Pod("b", Old));
        Assert.Equal((0, "uid-a-old"), (plan.Create.Count, plan.Delete.Single().Metadata.Uid));
        plan = Plan(set, Nodes[..2], Pod("a"), Pod("b", Old));
        Assert.Equal(("b", 0), (plan.Create.Single(), plan.Delete.Count));
    }

    [Fact]
    public void On_delete_replaces_nothing_by_itself()
    {
        var set = Set();
        set.Spec.UpdateStrategy = new V1DaemonSetUpdateStrategy { Type = "OnDelete" };
        Assert.Empty(Plan(set, Nodes[..2], Pod("a", Old), Pod("b", Old)).Delete);
    }

    [Fact]
    public void Of_twins_the_older_stays()
    {
        var younger = Pod("a");
        younger.Metadata.Uid = "younger";
        younger.Metadata.CreationTimestamp = Now.UtcDateTime;
        Assert.Equal("younger", Plan(Set(), Nodes[..1], younger, Pod("a")).Delete.Single().Metadata.Uid);
    }

    [Fact]
    public void A_pod_is_bound_to_its_node_by_affinity_and_tolerates_the_nodes_troubles()
    {
        var template = JsonNode.Parse("""{"metadata":{"labels":{"app":"d"}},"spec":{"hostNetwork":true,"tolerations":[{"key":"own","operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}""")!.AsObject();
        var revision = k8s.KubernetesJson.Deserialize<V1ControllerRevision>(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "r" }, ["data"] = TemplateRevision.Data(template) }.ToJsonString());
        var raw = DaemonPodWriter.PodOf(Set(), "a", revision)!;
        var pod = k8s.KubernetesJson.Deserialize<V1Pod>(raw.ToJsonString());
        Assert.Equal("a", DaemonNodes.NodeOf(pod));
        Assert.Equal(TemplateRevision.Hash(revision), TemplateRevision.Of(pod));
        Assert.Equal(8, pod.Spec.Tolerations.Count);
        Assert.Equal("own", pod.Spec.Tolerations[0].Key);
        Assert.Equal((string)raw["metadata"]!["name"]!, (string)DaemonPodWriter.PodOf(Set(), "a", revision)!["metadata"]!["name"]!);
        Assert.NotEqual((string)raw["metadata"]!["name"]!, (string)DaemonPodWriter.PodOf(Set(), "b", revision)!["metadata"]!["name"]!);
    }

    private static DaemonSetPlan Plan(V1DaemonSet set, V1Node[] nodes, params V1Pod[] pods) => DaemonSetPlan.Of(set, nodes, pods, New, Now);

    private static V1DaemonSet Set(string maxUnavailable = "1", string maxSurge = "0") => new()
    {
        Metadata = new V1ObjectMeta { Name = "d", NamespaceProperty = "default", Uid = "d" },
        Spec = new V1DaemonSetSpec
        {
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "d" } },
            Template = new V1PodTemplateSpec { Spec = new V1PodSpec() },
            UpdateStrategy = new V1DaemonSetUpdateStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdateDaemonSet { MaxUnavailable = maxUnavailable, MaxSurge = maxSurge } },
        },
    };

    private static V1Pod Pod(string node, string revision = New, bool ready = true, bool going = false, string phase = "Running") => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"{node}-{revision}",
            Uid = $"uid-{node}-{revision}",
            Labels = new Dictionary<string, string> { ["controller-revision-hash"] = revision },
            CreationTimestamp = Now.AddMinutes(-5).UtcDateTime,
            DeletionTimestamp = going ? Now.UtcDateTime : null,
        },
        Spec = new V1PodSpec { NodeName = node },
        Status = new V1PodStatus { Phase = phase, Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(-60).UtcDateTime }] },
    };
}
