using System.Runtime.CompilerServices;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Scores;

/// <summary>Scores that look at what is used: least allocated, balanced, spread of an owner's pods. Each 0 to 100 times its weight.</summary>
internal static class UseScore
{
    // Spreading an owner's pods weighs more than even use: it is what keeps an app alive when a node goes.
    private const float SpreadWeight = 3;

    // Even use counts for more than an even mix: with equal weights use would be less even than by what is least allocated alone.
    public const float BalanceWeight = 0.125f;

    /// <summary>The sum of all, for a node the pod fits on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(ClusterSnapshot s, int node, PodShape pod, int ofOwner)
    {
        Fractions(s, node, pod, out var cpu, out var memory);
        return LeastAllocated(cpu, memory) + Balanced(cpu, memory) + Spread(ofOwner);
    }

    /// <summary>The used share of processor and memory with the pod on the node, 0 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fractions(ClusterSnapshot s, int node, PodShape pod, out float cpu, out float memory)
    {
        cpu = Math.Min(s.UsedCpuShare[node] + (pod.ScoredMilliCpu * s.PerMilliCpu[node]), 1);
        memory = Math.Min(s.UsedMemoryShare[node] + (pod.ScoredMemory * s.PerMemory[node]), 1);
    }

    /// <summary>More the more is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LeastAllocated(float cpu, float memory) => 50 * (2 - cpu - memory);

    /// <summary>More the closer processor and memory are to the same share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Balanced(float cpu, float memory) => 100 * BalanceWeight * (1 - (Math.Abs(cpu - memory) / 2));

    /// <summary>
    /// More the fewer pods of the same owner are there. Not normalised over the nodes as in Kubernetes, so that a node's score changes only with the node.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Spread(int ofOwner) => SpreadWeight * 100 / (1 + ofOwner);
}
