using CsCheck;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Snapshot;
using Xunit;

namespace Kube.Tests.Scheduler;

/// <summary>What holds whatever comes and goes, checked against rules written down a second time and plainly.</summary>
public sealed class PlacementPropertyTests
{
    private const string Host = "kubernetes.io/hostname";
    private const string Zone = "zone";

    [Fact]
    public void No_required_rule_between_pods_is_ever_broken_and_none_is_invented()
    {
        // (kind, app, topology): pods of three apps with every kind of rule come; some leave.
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 2]).Array[1, 40].Sample(
            steps =>
            {
                var cluster = new ClusterSnapshot();
                var placement = new Placement(cluster);
                var nodes = Enumerable.Range(0, 6).Select(n => Node(n)).ToArray();
                Array.ForEach(nodes, n => cluster.SetNode(NodeFacts.Of(n)));
                var there = new List<(V1Pod Pod, V1Node Node)>();
                var number = 0;
                foreach (var (kind, app, byHost, other) in steps)
                {
                    if (kind == 0 && there.Count > 0)
                    {
                        cluster.RemovePod(there[app % there.Count].Pod.Metadata.Uid);
                        there.RemoveAt(app % there.Count);
                        continue;
                    }

                    var pod = Pod(number++, kind, $"app{app}", $"app{other}", byHost ? Host : Zone);
                    var shape = new PodShape(pod);
                    var chosen = placement.Choose(shape);
                    Assert.Equal(chosen, new Placement(cluster).Choose(shape));
                    var allowed = nodes.Where(n => Allows(n, pod, nodes, there)).Select(n => n.Metadata.Name).ToArray();
                    Assert.Equal(allowed.Length > 0, chosen is not null);
                    Assert.All(nodes, n => Assert.Equal(allowed.Contains(n.Metadata.Name), placement.Takes(n.Metadata.Name, shape)));
                    if (chosen is not null)
                    {
                        Assert.Contains(chosen, allowed);
                        cluster.PlacePod(pod.Metadata.Uid, chosen, shape, pod);
                        there.Add((pod, nodes.Single(n => n.Metadata.Name == chosen)));
                    }
                }
            },
            iter: 1500);
    }

    [Fact]
    public void Nodes_are_used_as_evenly_as_by_scoring_all_of_them_by_what_is_least_allocated()
    {
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8], Gen.Int[0, 11]).Array[200, 400].Sample(
            pods =>
            {
                var (ours, plain) = (new ClusterSnapshot(), new ClusterSnapshot());
                for (var n = 0; n < 20; n++)
                {
                    ours.SetNode(NodeFacts.Of(Pods.Node($"n{n}", "32", "64Gi")));
                    plain.SetNode(NodeFacts.Of(Pods.Node($"n{n}", "32", "64Gi")));
                }

                var placement = new Placement(ours);
                for (var i = 0; i < pods.Length; i++)
                {
                    var (cpu, memory, owner) = pods[i];
                    var shape = new PodShape(Pods.Of($"p{i}", $"{cpu * 100}m", $"{memory * 200}Mi", $"o{owner}"));
                    ours.PlacePod($"p{i}", placement.Choose(shape)!, shape);
                    var least = Enumerable.Range(0, plain.Slots).MinBy(n => plain.UsedCpuShare[n] + plain.UsedMemoryShare[n]);
                    plain.PlacePod($"p{i}", plain.Facts[least]!.Name, shape);
                }

                // Half a pod of slack: balance of processor and memory, and spread of owners, are wanted as well.
                Assert.True(Spread(ours) <= Spread(plain) + 0.0125, $"{Spread(ours)} against {Spread(plain)}");
            },
            iter: 100);
    }

    private static double Spread(ClusterSnapshot s)
    {
        var used = Enumerable.Range(0, s.Slots).Select(n => (s.UsedCpuShare[n] + s.UsedMemoryShare[n]) / 2d).ToArray();
        var mean = used.Average();
        return Math.Sqrt(used.Average(u => (u - mean) * (u - mean)));
    }

    // The last node lacks the zone.
    private static V1Node Node(int number)
    {
        var node = Pods.Node($"n{number}", pods: 4);
        return number == 5 ? node : node.With(Zone, $"z{number % 3}");
    }

    private static V1Pod Pod(int number, int kind, string app, string other, string topology) => Pods.Of($"p{number}", with: s =>
    {
        switch (kind)
        {
            case 1:
                s.Affinity = Pods.Apart("app", other, topology);
                break;
            case 2:
                s.Affinity = Pods.Near("app", other, topology);
                break;
            case 3:
                s.TopologySpreadConstraints = [new V1TopologySpreadConstraint { TopologyKey = topology, MaxSkew = 1, WhenUnsatisfiable = "DoNotSchedule", LabelSelector = Pods.Selector("app", app) }];
                break;
            case 4:
                s.Affinity = Pods.Apart("app", other, topology);
                s.Affinity.PodAffinity = Pods.Near("app", app, Zone).PodAffinity;
                break;
        }
    }).With("app", app);

    private static bool Allows(V1Node node, V1Pod pod, V1Node[] nodes, List<(V1Pod Pod, V1Node Node)> there)
    {
        if (there.Count(t => t.Node == node) >= 4)
        {
            return false;
        }

        var affinity = pod.Spec.Affinity;
        foreach (var term in affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
        {
            var company = there.Where(t => Selects(term.LabelSelector, t.Pod) && Place(t.Node, term.TopologyKey) is not null).ToArray();
            var first = company.Length == 0 && Selects(term.LabelSelector, pod);
            if (Place(node, term.TopologyKey) is not { } here || (!first && company.All(t => Place(t.Node, term.TopologyKey) != here)))
            {
                return false;
            }
        }

        bool Apart(V1Pod holder, V1Node place, V1Pod from) => (holder.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
            .Any(t => Selects(t.LabelSelector, from) && Place(place, t.TopologyKey) is { } there && there == Place(node, t.TopologyKey));
        if (there.Any(t => Apart(pod, t.Node, t.Pod) || Apart(t.Pod, t.Node, pod)))
        {
            return false;
        }

        foreach (var constraint in pod.Spec.TopologySpreadConstraints ?? [])
        {
            var domains = nodes.Select(n => Place(n, constraint.TopologyKey)).OfType<string>().Distinct()
                .ToDictionary(d => d, d => there.Count(t => Place(t.Node, constraint.TopologyKey) == d && Selects(constraint.LabelSelector, t.Pod)));
            if (Place(node, constraint.TopologyKey) is not { } here || domains[here] + 1 - domains.Values.Min() > constraint.MaxSkew)
            {
                return false;
            }
        }

        return true;
    }

    private static string? Place(V1Node node, string key) => node.Metadata.Labels.TryGetValue(key, out var value) ? value : null;

    private static bool Selects(V1LabelSelector selector, V1Pod pod) => selector.MatchLabels.All(l => pod.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value);
}
