using System.Diagnostics;
using System.Globalization;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Snapshot;

namespace Benchmarks.Scheduler;

/// <summary>
/// The scheduler's core alone: 5,000 nodes, every one scored, each pod assumed before the next. Crowds: pods of one replica set,
/// pods of 1,000 replica sets, pods that are each of a shape of their own, for which no ranking can be shared, and pods with rules about one another.
/// </summary>
internal static class SchedulerBenchmark
{
    private const int Nodes = 5_000;
    private const string Target = "20,000/s";

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        // The first round of each warms the code up.
        Measure(2_000, _ => "one");
        Measure(2_000, i => i.ToString(CultureInfo.InvariantCulture), different: true);
        await WaitingPods.MeasureAsync(Nodes, 2_000, 100);
        var (alone, beside) = (0d, 0d);
        for (var round = 0; round < 3; round++)
        {
            // In turn, and the best of each: what else runs on the machine should slow both down alike.
            alone = Math.Max(alone, await WaitingPods.MeasureAsync(Nodes, 10_000, 0));
            beside = Math.Max(beside, await WaitingPods.MeasureAsync(Nodes, 10_000, 10_000));
        }

        var (ours, plain) = Evenness.Measure(500, 5_000);
        return
        [
            Row("scheduler core, pods of one replica set", Measure(50_000, _ => "one")),
            Row("scheduler core, 10 pods each of 1,000 replica sets, one set after the other", Measure(10_000, i => (i / 10).ToString(CultureInfo.InvariantCulture))),
            Row("scheduler core, 10 pods each of 1,000 replica sets, in turn", Measure(10_000, i => (i % 1_000).ToString(CultureInfo.InvariantCulture))),
            Row("scheduler core, every pod of a shape of its own", Measure(20_000, i => "one", different: true)),
            Row("scheduler core, required anti-affinity by host", Measure(4_000, _ => "one", with: AntiAffinity), "2,000/s"),
            Row("scheduler core, topology spread over 10 zones and hosts", Measure(4_000, _ => "one", with: Spread), "1,500/s"),
            Row("scheduler loop, bindings in memory", alone),
            Row("the same with 10,000 pods waiting that fit nowhere, each of a shape of its own", beside, "at most 10 % slower"),
            new Figure("deviation of use over nodes, against least-allocated scoring of all", string.Create(CultureInfo.InvariantCulture, $"{ours:F4} against {plain:F4}"), "no worse"),
        ];
    }

    private static Figure Row(string name, double perSecond, string target = Target) => new(name, string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0}/s"), target);

    private static void AntiAffinity(V1Pod pod) => pod.Spec.Affinity = new V1Affinity
    {
        PodAntiAffinity = new V1PodAntiAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = [new V1PodAffinityTerm { LabelSelector = Selector, TopologyKey = "kubernetes.io/hostname" }],
        },
    };

    private static void Spread(V1Pod pod) => pod.Spec.TopologySpreadConstraints =
    [
        new V1TopologySpreadConstraint { LabelSelector = Selector, TopologyKey = "zone", MaxSkew = 1, WhenUnsatisfiable = "DoNotSchedule" },
        new V1TopologySpreadConstraint { LabelSelector = Selector, TopologyKey = "kubernetes.io/hostname", MaxSkew = 1, WhenUnsatisfiable = "ScheduleAnyway" },
    ];

    private static V1LabelSelector Selector => new() { MatchLabels = new Dictionary<string, string> { ["app"] = "bench" } };

    private static double Measure(int count, Func<int, string> ownerOf, bool different = false, Action<V1Pod>? with = null)
    {
        var snapshot = new ClusterSnapshot();
        for (var i = 0; i < Nodes; i++)
        {
            snapshot.SetNode(NodeFacts.Of(NodeOf(i)));
        }

        var shapes = Enumerable.Range(0, count).Select(i => new PodShape(PodOf(i, ownerOf(i), different ? i : 0, with))).ToArray();
        var placement = new Placement(snapshot);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            var node = placement.Choose(shapes[i]) ?? throw new InvalidOperationException("The cluster is full.");
            snapshot.PlacePod(shapes[i].Key + i.ToString(CultureInfo.InvariantCulture), node, shapes[i]);
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>A node of 32 cores in one of ten zones.</summary>
    public static V1Node NodeOf(int number) => new()
    {
        Metadata = new V1ObjectMeta { Name = $"node-{number}", Labels = new Dictionary<string, string> { ["zone"] = $"z{number % 10}", ["kubernetes.io/hostname"] = $"node-{number}" } },
        Spec = new V1NodeSpec(),
        Status = new V1NodeStatus { Allocatable = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("32"), ["memory"] = new("64Gi"), ["pods"] = new("110") } },
    };

    private static V1Pod PodOf(int number, string owner, int moreMemory, Action<V1Pod>? with)
    {
        var pod = PodOf(number, owner, moreMemory);
        with?.Invoke(pod);
        return pod;
    }

    /// <summary>A pod of 100m and 200 MiB and some KiB more.</summary>
    public static V1Pod PodOf(int number, string owner, int moreMemory) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"pod-{number}",
            NamespaceProperty = "default",
            Uid = $"pod-{number}",
            Labels = new Dictionary<string, string> { ["app"] = "bench" },
            OwnerReferences = [new V1OwnerReference { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = owner, Uid = owner, Controller = true }],
        },
        Spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "main",
                    Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("100m"), ["memory"] = new(string.Create(CultureInfo.InvariantCulture, $"{204_800 + moreMemory}Ki")) } },
                },
            ],
        },
    };
}
