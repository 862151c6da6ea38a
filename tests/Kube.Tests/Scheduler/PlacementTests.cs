using CsCheck;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;
using Xunit;

namespace Kube.Tests.Scheduler;

public sealed class PlacementTests
{
    private readonly ClusterSnapshot _cluster = new();

    [Fact]
    public void Pods_of_one_owner_are_spread_over_the_nodes()
    {
        AddNodes(Pods.Node("a"), Pods.Node("b"), Pods.Node("c"));
        var placement = new Placement(_cluster);
        var nodes = Enumerable.Range(0, 6).Select(i => Place(placement, Pods.Of($"p{i}", "100m", "64Mi", "web"))).ToArray();
        Assert.Equal([2, 2, 2], nodes.CountBy(n => n!).Select(c => c.Value));
    }

    [Fact]
    public void A_refusal_names_every_reason_in_the_words_of_kubernetes()
    {
        AddNodes(Pods.Node("small", "100m"), Pods.Node("lost", taints: new V1Taint { Key = "node.kubernetes.io/unreachable", Effect = "NoSchedule" }));
        var trace = new Placement(_cluster).Explain(new PodShape(Pods.Of("p", "1")));
        Assert.Null(trace.Node);
        Assert.Equal("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.", trace.Describe());
    }

    [Fact]
    public void A_cluster_without_nodes_says_so() =>
        Assert.Equal("no nodes available to schedule pods", new Placement(_cluster).Explain(new PodShape(Pods.Of("p"))).Describe());

    [Fact]
    public void A_trace_chooses_the_node_with_the_greatest_sum_of_scores()
    {
        AddNodes(Pods.Node("a", "2"), Pods.Node("b", "8"), Pods.Node("c", "4"));
        var trace = new Placement(_cluster).Explain(new PodShape(Pods.Of("p", "1", "1Gi")));
        Assert.Equal(trace.Nodes.MaxBy(n => n.Scores.Values.Sum())!.Node, trace.Node);
    }

    [Fact]
    public void A_host_port_is_given_once_a_node()
    {
        AddNodes(Pods.Node("a"), Pods.Node("b"));
        var placement = new Placement(_cluster);
        V1Pod WithPort(string name) => Pods.Of(name, with: s => s.Containers[0].Ports = [new V1ContainerPort { ContainerPort = 80, HostPort = 80 }]);
        Assert.NotEqual(Place(placement, WithPort("p1")), Place(placement, WithPort("p2")));
        Assert.Null(Place(placement, WithPort("p3")));
    }

    [Fact]
    public void Init_containers_count_by_their_largest_moment_and_sidecars_for_good()
    {
        var pod = Pods.Of("p", "100m", with: s =>
        {
            s.InitContainers =
            [
                new V1Container { Name = "side", RestartPolicy = "Always", Resources = Cpu("50m") },
                new V1Container { Name = "init", Resources = Cpu("300m") },
            ];
            s.Overhead = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("10m") };
        });
        Assert.Equal(360, Requests.Of(pod.Spec).MilliCpu);
        pod.Spec.InitContainers.RemoveAt(1);
        Assert.Equal(160, Requests.Of(pod.Spec).MilliCpu);
    }

    [Fact]
    public void A_cordoned_node_and_one_without_the_selected_label_refuse()
    {
        var cordoned = Pods.Node("a");
        cordoned.Spec.Unschedulable = true;
        AddNodes(cordoned, Pods.Node("b"));
        var trace = new Placement(_cluster).Explain(new PodShape(Pods.Of("p", with: s => s.NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd" })));
        Assert.Equal([nameof(Filter.NodeAffinity), nameof(Filter.NodeUnschedulable)], trace.Nodes.Select(n => n.RefusedBy).Order());
    }

    [Fact]
    public void Whatever_comes_and_goes_no_node_is_overfull_and_no_rule_is_broken()
    {
        // (kind of step, index, size): pods with and without a toleration and a selector come and go; nodes change.
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], Gen.Int[1, 12]).Array[1, 120].Sample(
            steps =>
            {
                var cluster = new ClusterSnapshot();
                var placement = new Placement(cluster);
                var nodes = new Dictionary<string, V1Node>();
                var placed = new Dictionary<string, (V1Pod Pod, string Node)>();
                var number = 0;
                foreach (var (kind, index, size) in steps)
                {
                    switch (kind)
                    {
                        case 0:
                            var taints = size % 2 == 0 ? new[] { new V1Taint { Key = "team", Value = "x", Effect = "NoSchedule" } } : [];
                            var node = Pods.Node($"n{index}", $"{size}", $"{size}Gi", pods: size, taints: taints);
                            node.Metadata.Labels["zone"] = (size % 3).ToString(System.Globalization.CultureInfo.InvariantCulture);
                            if (placed.Values.All(p => p.Node != $"n{index}"))
                            {
                                nodes[$"n{index}"] = node;
                                cluster.SetNode(NodeFacts.Of(node));
                            }

                            break;
                        case 1 when placed.Count > 0:
                            var leaving = placed.Keys.ElementAt(index % placed.Count);
                            cluster.RemovePod(placed[leaving].Pod.Metadata.Uid);
                            placed.Remove(leaving);
                            break;
                        case 2 when placed.Values.All(p => p.Node != $"n{index}"):
                            cluster.RemoveNode($"n{index}");
                            nodes.Remove($"n{index}");
                            break;
                        default:
                            var pod = Pods.Of($"p{number++}", $"{size * 200}m", $"{size * 100}Mi", $"o{index % 2}", s =>
                            {
                                s.Tolerations = kind > 6 ? [new V1Toleration { Key = "team", OperatorProperty = "Exists" }] : null;
                                s.NodeSelector = kind == 5 ? new Dictionary<string, string> { ["zone"] = "1" } : null;
                            });
                            var shape = new PodShape(pod);
                            var chosen = placement.Choose(shape);
                            Assert.Equal(chosen, new Placement(cluster).Choose(shape));
                            var scored = placement.Explain(shape).Nodes.Where(n => n.RefusedBy is null).ToArray();
                            Assert.Equal(scored.Length == 0, chosen is null);
                            Assert.True(chosen is null || scored.Single(n => n.Node == chosen).Scores.Values.Sum() >= scored.Max(n => n.Scores.Values.Sum()) - 0.01f);
                            if (chosen is null)
                            {
                                Assert.All(nodes.Keys, n => Assert.False(placement.Takes(n, shape)));
                                break;
                            }

                            cluster.PlacePod(pod.Metadata.Uid, chosen, shape);
                            placed[pod.Metadata.Name] = (pod, chosen);
                            Assert.True(pod.Spec.NodeSelector is null || nodes[chosen].Metadata.Labels["zone"] == "1");
                            Assert.True(nodes[chosen].Spec.Taints is null || pod.Spec.Tolerations is not null);
                            break;
                    }
                }

                foreach (var (name, node) in nodes)
                {
                    var there = placed.Values.Where(p => p.Node == name).Select(p => Requests.Of(p.Pod.Spec)).ToArray();
                    var facts = NodeFacts.Of(node);
                    Assert.True(there.Sum(r => r.MilliCpu) <= facts.Allocatable.MilliCpu);
                    Assert.True(there.Sum(r => r.Memory) <= facts.Allocatable.Memory);
                    Assert.True(there.Length <= facts.MaxPods);
                    Assert.True(cluster.TryGetIndex(name, out var i));
                    Assert.Equal(facts.Allocatable.MilliCpu - there.Sum(r => r.MilliCpu), cluster.FreeMilliCpu[i]);
                }
            },
            iter: 2000);
    }

    [Fact]
    public void Shared_rankings_answer_as_a_look_at_every_node_does()
    {
        for (var i = 0; i < 200; i++)
        {
            AddNodes(Pods.Node($"n{i}", $"{4 + (i % 5)}", $"{8 + (i % 3)}Gi"));
        }

        var placement = new Placement(_cluster);
        var uids = new Queue<string>();
        for (var i = 0; i < 900; i++)
        {
            // One owner grows beyond what the shared ranking leaves out node by node; others stay below; now and then a pod leaves.
            var pod = Pods.Of($"p{i}", "250m", "512Mi", i % 3 == 0 ? $"small{i % 7}" : "large");
            var shape = new PodShape(pod);
            var best = new Placement(_cluster).Choose(shape);
            Assert.Equal(best, placement.Choose(shape));
            _cluster.PlacePod(pod.Metadata.Uid, best!, shape);
            uids.Enqueue(pod.Metadata.Uid);
            if (i % 5 == 0)
            {
                _cluster.RemovePod(uids.Dequeue());
            }
        }
    }

    private static V1ResourceRequirements Cpu(string value) => new() { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(value) } };

    private void AddNodes(params V1Node[] nodes)
    {
        foreach (var node in nodes)
        {
            _cluster.SetNode(NodeFacts.Of(node));
        }
    }

    private string? Place(Placement placement, V1Pod pod)
    {
        var shape = new PodShape(pod);
        var node = placement.Choose(shape);
        if (node is not null)
        {
            _cluster.PlacePod(pod.Metadata.Uid, node, shape);
        }

        return node;
    }
}
