using System.Globalization;
using k8s.Models;
using Kube.Scheduler;
using Kube.Scheduler.Snapshot;

namespace Benchmarks.Scheduler;

/// <summary>How evenly nodes are used: the standard deviation of their use, against scoring all nodes by what is least allocated and nothing else.</summary>
internal static class Evenness
{
    /// <summary>Places pods of 100 owners, of sizes from a fixed seed, both ways.</summary>
    /// <returns>Deviation of the used share, 0 to 1, by the scheduler and by the plain score.</returns>
    public static (double Ours, double Plain) Measure(int nodes, int count)
    {
        var (ours, plain) = (new ClusterSnapshot(), new ClusterSnapshot());
        for (var i = 0; i < nodes; i++)
        {
            var node = SchedulerBenchmark.NodeOf(i);
            ours.SetNode(NodeFacts.Of(node));
            plain.SetNode(NodeFacts.Of(node));
        }

        var placement = new Placement(ours);
        var random = new Random(4);
        for (var i = 0; i < count; i++)
        {
            var uid = i.ToString(CultureInfo.InvariantCulture);
            var pod = SchedulerBenchmark.PodOf(i, (i % 100).ToString(CultureInfo.InvariantCulture), 200_000 * random.Next(0, 8));
            pod.Spec.Containers[0].Resources.Requests["cpu"] = new ResourceQuantity($"{100 * random.Next(1, 9)}m");
            var shape = new PodShape(pod);
            ours.PlacePod(uid, placement.Choose(shape) ?? throw new InvalidOperationException("The cluster is full."), shape);
            var least = Enumerable.Range(0, plain.Slots).MinBy(n => plain.UsedCpuShare[n] + plain.UsedMemoryShare[n]);
            plain.PlacePod(uid, plain.Facts[least]!.Name, shape);
        }

        return (Deviation(ours), Deviation(plain));
    }

    private static double Deviation(ClusterSnapshot s)
    {
        var used = Enumerable.Range(0, s.Slots).Select(n => (s.UsedCpuShare[n] + s.UsedMemoryShare[n]) / 2d).ToArray();
        var mean = used.Average();
        return Math.Sqrt(used.Average(u => (u - mean) * (u - mean)));
    }
}
