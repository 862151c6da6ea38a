using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Explain;
using Kube.Scheduler.Snapshot;
using Xunit;

namespace Kube.Tests.Scheduler;

/// <summary>Rules between pods: affinity, anti-affinity, topology spread; and what helps when they leave no node.</summary>
public sealed class PodRulesTests
{
    private const string Zone = "zone";
    private readonly ClusterSnapshot _cluster = new();
    private readonly Placement _placement;

    public PodRulesTests() => _placement = new Placement(_cluster);

    [Fact]
    public void Pods_that_keep_apart_get_a_node_each_and_then_none()
    {
        AddNodes("a", "b");
        V1Pod Replica(string name) => Pods.Of(name, with: s => s.Affinity = Pods.Apart("app", "web")).With("app", "web");
        Assert.NotEqual(Place(Replica("p1")), Place(Replica("p2")));
        var trace = Explain(Replica("p3"));
        Assert.Null(trace.Node);
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", trace.Describe());
    }

    [Fact]
    public void The_anti_affinity_of_a_pod_already_there_keeps_others_off_its_whole_zone()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("a2").With(Zone, "1"), Pods.Node("b1").With(Zone, "2"));
        Assert.Equal("a1", Place(Pods.Of("loner", with: s => (s.Affinity, s.NodeSelector) = (Pods.Apart("app", "web", Zone), new Dictionary<string, string> { [Zone] = "1" }))));
        Assert.Equal("b1", Place(Pods.Of("web").With("app", "web")));
        var trace = Explain(Pods.Of("web2", with: s => s.NodeSelector = new Dictionary<string, string> { [Zone] = "1" }).With("app", "web"));
        Assert.Equal("0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy existing pods anti-affinity rules.", trace.Describe());
    }

    [Fact]
    public void Pods_that_want_company_find_it_and_the_first_of_them_starts_alone()
    {
        AddNodes("a", "b", "c");
        V1Pod Member(string name) => Pods.Of(name, with: s => s.Affinity = Pods.Near("app", "db")).With("app", "db");
        var first = Place(Member("p1"));
        Assert.NotNull(first);
        Assert.Equal([first, first], new[] { Place(Member("p2")), Place(Member("p3")) });
        Assert.Null(Place(Pods.Of("stranger", with: s => s.Affinity = Pods.Near("app", "cache"))));
    }

    [Fact]
    public void A_term_looks_into_its_own_namespace_unless_it_names_others_by_name_or_label()
    {
        AddNodes("a", "b");
        _cluster.Pods.SetNamespace("other", new Dictionary<string, string> { ["team"] = "x" });
        var elsewhere = Pods.Of("web").With("app", "web");
        elsewhere.Metadata.NamespaceProperty = "other";
        Assert.Equal("a", Place(elsewhere));
        Assert.Null(Place(Near(_ => { })));
        Assert.Equal("a", Place(Near(t => t.NamespaceSelector = Pods.Selector("team", "x"))));
        Assert.Equal("a", Place(Near(t => t.Namespaces = ["other"])));
        Assert.Equal("a", Place(Near(t => t.NamespaceSelector = new V1LabelSelector())));
        Assert.Null(Place(Near(t => t.NamespaceSelector = Pods.Selector("team", "y"))));
        _cluster.Pods.SetNamespace("other", new Dictionary<string, string> { ["team"] = "y" });
        Assert.Equal("a", Place(Near(t => t.NamespaceSelector = Pods.Selector("team", "y"))));

        V1Pod Near(Action<V1PodAffinityTerm> with)
        {
            var affinity = Pods.Near("app", "web");
            with(affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0]);
            return Pods.Of($"p{Guid.NewGuid()}", with: s => s.Affinity = affinity);
        }
    }

    [Fact]
    public void Match_label_keys_keep_two_revisions_out_of_each_others_way()
    {
        AddNodes("a");
        V1Pod Revision(string name, string hash)
        {
            var affinity = Pods.Apart("app", "web");
            affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0].MatchLabelKeys = ["hash"];
            return Pods.Of(name, with: s => s.Affinity = affinity).With("app", "web").With("hash", hash);
        }

        Assert.Equal("a", Place(Revision("p1", "1")));
        Assert.Equal("a", Place(Revision("p2", "2")));
        Assert.Null(Place(Revision("p3", "2")));
    }

    [Fact]
    public void A_pod_prefers_the_company_it_names_and_avoids_what_it_dislikes()
    {
        AddNodes("a", "b", "c");
        Place(Pods.Of("friend", with: s => s.NodeSelector = new Dictionary<string, string> { ["kubernetes.io/hostname"] = "b" }).With("app", "friend"));
        Place(Pods.Of("foe", with: s => s.NodeSelector = new Dictionary<string, string> { ["kubernetes.io/hostname"] = "a" }).With("app", "foe"));
        V1Affinity Wish(string app, bool near) => near
            ? new V1Affinity { PodAffinity = new V1PodAffinity { PreferredDuringSchedulingIgnoredDuringExecution = [new V1WeightedPodAffinityTerm { PodAffinityTerm = Pods.Term("app", app), Weight = 100 }] } }
            : new V1Affinity { PodAntiAffinity = new V1PodAntiAffinity { PreferredDuringSchedulingIgnoredDuringExecution = [new V1WeightedPodAffinityTerm { PodAffinityTerm = Pods.Term("app", app), Weight = 100 }] } };
        Assert.Equal("b", Explain(Pods.Of("p", with: s => s.Affinity = Wish("friend", true))).Node);
        Assert.NotEqual("a", Explain(Pods.Of("p", with: s => s.Affinity = Wish("foe", false))).Node);
    }

    [Fact]
    public void A_required_spread_never_exceeds_its_skew_and_leaves_out_nodes_without_the_label()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("b1", "1").With(Zone, "2"), Pods.Node("none"));
        V1Pod Replica(string name) => Pods.Of(name, "300m", with: s => s.TopologySpreadConstraints = [Constraint(Zone)]).With("app", "web");
        var zones = Enumerable.Range(0, 6).Select(i => Place(Replica($"p{i}"))).ToArray();
        Assert.Equal([3, 3], zones.CountBy(z => z!).Select(c => c.Value));
        Assert.DoesNotContain("none", zones);

        // Zone 2 has room for no fourth: zone 1 takes one more and then none, though it has room.
        Assert.Equal("a1", Place(Replica("p6")));
        var trace = Explain(Replica("p7"));
        Assert.Equal(
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label).",
            trace.Describe());
    }

    [Fact]
    public void Fewer_domains_than_the_minimum_take_no_more_than_the_skew()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("b1").With(Zone, "2"));
        V1Pod Replica(string name) => Pods.Of(name, with: s => s.TopologySpreadConstraints = [Constraint(Zone, c => c.MinDomains = 3)]).With("app", "web");
        Assert.NotNull(Place(Replica("p1")));
        Assert.NotNull(Place(Replica("p2")));
        Assert.Null(Place(Replica("p3")));
        Add(Pods.Node("c1").With(Zone, "3"));
        Assert.Equal("c1", Place(Replica("p3")));
    }

    [Fact]
    public void Nodes_with_untolerated_taints_make_up_domains_only_while_the_policy_ignores_taints()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("b1", taints: new V1Taint { Key = "gpu", Effect = "NoSchedule" }).With(Zone, "2"));
        V1Pod Replica(string name, string policy) => Pods.Of(name, with: s => s.TopologySpreadConstraints = [Constraint(Zone, c => c.NodeTaintsPolicy = policy)]).With("app", "web");
        Assert.Equal("a1", Place(Replica("p1", "Ignore")));
        Assert.Null(Place(Replica("p2", "Ignore")));
        Assert.Equal("a1", Place(Replica("p3", "Honor")));
    }

    [Fact]
    public void A_wished_spread_is_followed_while_it_can_be_and_given_up_when_not()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("a2").With(Zone, "1"), Pods.Node("b1", pods: 2).With(Zone, "2"));
        V1Pod Replica(string name) => Pods.Of(name, with: s => s.TopologySpreadConstraints = [Constraint(Zone, c => c.WhenUnsatisfiable = "ScheduleAnyway")]).With("app", "web");
        var nodes = Enumerable.Range(0, 6).Select(i => Place(Replica($"p{i}"))).ToArray();
        Assert.Equal(2, nodes.Count(n => n == "b1"));
        Assert.All(nodes, Assert.NotNull);
    }

    [Fact]
    public void Pods_that_are_leaving_no_longer_count_for_the_spread()
    {
        Add(Pods.Node("a1").With(Zone, "1"), Pods.Node("b1", pods: 1).With(Zone, "2"));
        V1Pod Replica(string name) => Pods.Of(name, with: s => s.TopologySpreadConstraints = [Constraint(Zone)]).With("app", "web");
        var first = Replica("p1");
        first.Spec.NodeSelector = new Dictionary<string, string> { [Zone] = "1" };
        Place(first);
        first.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        _cluster.PlacePod(first.Metadata.Uid, "a1", new PodShape(first));
        Place(Pods.Of("filler", with: s => s.NodeSelector = new Dictionary<string, string> { [Zone] = "2" }));
        Assert.Equal("a1", Place(Replica("p2")));
    }

    [Fact]
    public void An_image_already_there_decides_between_equal_nodes()
    {
        var other = Pods.Node("b");
        other.Status.Images = [new V1ContainerImage { Names = ["docker.io/library/big:1"], SizeBytes = 900L << 20 }];
        Add(Pods.Node("a"), other);
        var pod = Pods.Of("p");
        pod.Spec.Containers[0].Image = "big:1";
        Assert.Equal("b", Explain(pod).Node);
        Assert.True(Explain(pod).Nodes[1].Scores["ImageLocality"] > 0);
        Assert.Equal("a", Explain(Pods.Of("q")).Node);
    }

    [Fact]
    public void A_pod_that_names_its_node_gets_it_or_nothing()
    {
        AddNodes("a", "b");
        V1Pod On(string node, string cpu) => Pods.Of($"p{node}{cpu}", cpu, with: s => s.Affinity = new V1Affinity
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector { NodeSelectorTerms = [new V1NodeSelectorTerm { MatchFields = [new V1NodeSelectorRequirement { Key = "metadata.name", OperatorProperty = "In", Values = [node] }] }] },
            },
        });
        Assert.Equal("b", Place(On("b", "1")));
        Assert.Null(Place(On("b", "4")));
        Assert.Null(Place(On("gone", "1")));
    }

    [Fact]
    public void Advice_names_the_cheapest_fix_first()
    {
        var cordoned = Pods.Node("a");
        cordoned.Spec.Unschedulable = true;
        Add(cordoned, Pods.Node("b", "500m"), Pods.Node("c", "8", taints: new V1Taint { Key = "gpu", Effect = "NoSchedule" }));
        var advice = Explain(Pods.Of("p", "1")).Advice;
        Assert.NotNull(advice);
        Assert.Equal("None of the 3 nodes takes the pod: 1 node is cordoned; 1 node has too little free; 1 node has a taint it does not tolerate.", advice.Summary);
        Assert.Equal("Let node a take pods again: kubectl uncordon a.", advice.Fixes[0]);
        Assert.Equal("Lower the pod's requests (CPU from 1000m to 500m) and it fits on node b; or add a node, or take pods off one.", advice.Fixes[1]);
        Assert.Contains("tolerate the taint gpu of node c", advice.Fixes[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_may_add_and_remove_nodes_and_changes_nothing()
    {
        var simulation = new PlacementSimulation([Pods.Node("a", "1")], [Pods.Of("there", "800m", with: s => s.NodeName = "a")]);
        var pod = Pods.Of("p", "500m");
        Assert.Null(simulation.Ask(new PlacementQuestion([pod]))[0].Node);
        Assert.Equal("b", simulation.Ask(new PlacementQuestion([pod]) { AddedNodes = [Pods.Node("b")] })[0].Node);
        Assert.Equal("a", simulation.Ask(new PlacementQuestion([pod]) { AddedNodes = [Pods.Node("a", "2")] })[0].Node);
        Assert.Equal("no nodes available to schedule pods", simulation.Ask(new PlacementQuestion([pod]) { RemovedNodes = ["a"] })[0].Describe());
        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", simulation.Ask(new PlacementQuestion([pod]))[0].Describe());
    }

    private static V1TopologySpreadConstraint Constraint(string key, Action<V1TopologySpreadConstraint>? with = null)
    {
        var constraint = new V1TopologySpreadConstraint { TopologyKey = key, MaxSkew = 1, WhenUnsatisfiable = "DoNotSchedule", LabelSelector = Pods.Selector("app", "web") };
        with?.Invoke(constraint);
        return constraint;
    }

    private PlacementTrace Explain(V1Pod pod) => _placement.Explain(new PodShape(pod));

    private void AddNodes(params string[] names) => Add([.. names.Select(n => Pods.Node(n))]);

    private void Add(params V1Node[] nodes)
    {
        foreach (var node in nodes)
        {
            _cluster.SetNode(NodeFacts.Of(node));
        }
    }

    private string? Place(V1Pod pod)
    {
        var shape = new PodShape(pod);
        var node = _placement.Choose(shape);
        Assert.Equal(node, _placement.Explain(shape).Node);
        if (node is not null)
        {
            _cluster.PlacePod(pod.Metadata.Uid, node, shape, pod);
        }

        return node;
    }
}
