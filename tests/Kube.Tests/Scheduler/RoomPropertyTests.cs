using System.Globalization;
using CsCheck;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Snapshot;
using Xunit;

namespace Kube.Tests.Scheduler;

/// <summary>What a node alone decides, whatever comes and goes: room, ports, taints and selectors, checked against rules written down a second time and plainly.</summary>
public sealed class RoomPropertyTests
{
    private const string Zone = "zone";

    [Fact]
    public void No_node_gets_more_than_it_has_nor_what_it_repels_and_none_that_has_room_is_passed_over()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 30], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Bool).Array[1, 60].Sample(
            steps =>
            {
                var cluster = new ClusterSnapshot();
                var placement = new Placement(cluster);
                var nodes = Enumerable.Range(0, 5).Select(Node).ToArray();
                Array.ForEach(nodes, n => cluster.SetNode(NodeFacts.Of(n)));
                var there = new List<(V1Pod Pod, string Node)>();
                for (var i = 0; i < steps.Length; i++)
                {
                    var (kind, tenths, port, zone, tolerates) = steps[i];
                    if (kind == 0 && there.Count > 0)
                    {
                        var gone = there[tenths % there.Count];
                        cluster.RemovePod(gone.Pod.Metadata.Uid);
                        there.Remove(gone);
                        continue;
                    }

                    var pod = Pod(i, tenths, port, zone, tolerates);
                    var shape = new PodShape(pod);
                    var allowed = nodes.Where(n => Allows(n, pod, there)).Select(n => n.Metadata.Name).ToArray();
                    var chosen = placement.Choose(shape);
                    Assert.Equal(allowed.Length > 0, chosen is not null);
                    Assert.All(nodes, n => Assert.Equal(allowed.Contains(n.Metadata.Name), placement.Takes(n.Metadata.Name, shape)));
                    if (chosen is not null)
                    {
                        Assert.Contains(chosen, allowed);
                        cluster.PlacePod(pod.Metadata.Uid, chosen, shape, pod);
                        there.Add((pod, chosen));
                    }
                }
            },
            iter: 1000);
    }

    // Of different sizes, in two zones; the last two repel.
    private static V1Node Node(int number)
    {
        V1Taint[] taints = number < 3 ? [] : [new V1Taint { Key = "dedicated", Value = "x", Effect = number == 3 ? "NoSchedule" : "NoExecute" }];
        return Pods.Node($"n{number}", cpu: (2 + number).ToString(CultureInfo.InvariantCulture), memory: "4Gi", pods: 5, taints).With(Zone, $"z{number % 2}");
    }

    private static V1Pod Pod(int number, int tenths, int port, int zone, bool tolerates) => Pods.Of($"p{number}", $"{tenths * 100}m", $"{tenths * 64}Mi", with: s =>
    {
        s.Containers[0].Ports = port > 2 ? [new V1ContainerPort { ContainerPort = 80, HostPort = 8000 + port }] : null;
        s.NodeSelector = zone < 2 ? new Dictionary<string, string> { [Zone] = $"z{zone}" } : null;
        s.Tolerations = tolerates ? [new V1Toleration { Key = "dedicated", OperatorProperty = "Exists" }] : null;
    });

    private static bool Allows(V1Node node, V1Pod pod, List<(V1Pod Pod, string Node)> there)
    {
        var mine = there.Where(t => t.Node == node.Metadata.Name).Select(t => t.Pod).Append(pod).ToArray();
        decimal Sum(string what) => mine.Sum(p => p.Spec.Containers[0].Resources.Requests[what].ToDecimal());
        return mine.Length <= 5
            && Sum("cpu") <= node.Status.Allocatable["cpu"].ToDecimal()
            && Sum("memory") <= node.Status.Allocatable["memory"].ToDecimal()
            && mine.SelectMany(p => p.Spec.Containers[0].Ports ?? []).GroupBy(p => p.HostPort).All(g => g.Count() == 1)
            && (pod.Spec.NodeSelector is not { } selector || selector[Zone] == node.Metadata.Labels[Zone])
            && (node.Spec.Taints is null or { Count: 0 } || pod.Spec.Tolerations is { Count: > 0 });
    }
}
