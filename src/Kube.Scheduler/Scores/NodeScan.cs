using System.Numerics;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Scores;

/// <summary>
/// Filters and scores all nodes for one pod, several a step. Gives bit for bit what <see cref="Ranking.Evaluate"/> gives for each node, without the rules between
/// pods and without volumes.
/// </summary>
internal static class NodeScan
{
    /// <summary>Fills the scores of all slots; negative infinity where the node is refused or there is none.</summary>
    /// <param name="s">The nodes.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="constraints">Its constraints.</param>
    /// <param name="owner">Its owner's pods; null when there are none.</param>
    /// <param name="images">Score of its images by slot; null for none.</param>
    /// <param name="scores">As long as the snapshot's columns.</param>
    public static void Fill(ClusterSnapshot s, PodShape pod, ConstraintClass constraints, OwnerSpread? owner, float[]? images, float[] scores)
    {
        var fixedScores = constraints.Column(s);
        var spread = owner?.ColumnOf(s.Facts.Length);
        Columns(s, pod, fixedScores, spread, images, scores);
        if (owner is not null && spread is null)
        {
            foreach (var (node, count) in owner.ByNode)
            {
                scores[node] = Ranking.Evaluate(s, node, pod, constraints, count, images);
            }
        }

        if (!pod.HasExtended && pod.HostPorts.IsEmpty)
        {
            return;
        }

        for (var node = 0; node < s.Slots; node++)
        {
            if (!float.IsNegativeInfinity(scores[node]) && !(Capacity.Fits(s, node, pod) && Capacity.PortsFree(s, node, pod)))
            {
                scores[node] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>The first of the best, or -1 when all are refused.</summary>
    public static (int Node, float Score) Best(float[] scores, int slots)
    {
        // Columns are a multiple of the vector's width long, and what lies behind the slots is refused.
        var width = Vector<float>.Count;
        var most = new Vector<float>(float.NegativeInfinity);
        for (var i = 0; i < slots; i += width)
        {
            most = Vector.Max(most, new Vector<float>(scores, i));
        }

        var best = float.NegativeInfinity;
        for (var lane = 0; lane < width; lane++)
        {
            best = Math.Max(best, most[lane]);
        }

        return float.IsNegativeInfinity(best) ? (-1, best) : (scores.AsSpan(0, slots).IndexOf(best), best);
    }

    private static void Columns(ClusterSnapshot s, PodShape pod, float[] fixedScores, float[]? spread, float[]? images, float[] scores)
    {
        var (width, half) = (Vector<float>.Count, Vector<long>.Count);

        // What the pod does not ask for is no reason to refuse, however overdrawn.
        var needCpu = new Vector<long>(pod.Requests.MilliCpu == 0 ? long.MinValue : pod.Requests.MilliCpu);
        var needMemory = new Vector<long>(pod.Requests.Memory == 0 ? long.MinValue : pod.Requests.Memory);
        var needStorage = new Vector<long>(pod.Requests.EphemeralStorage == 0 ? long.MinValue : pod.Requests.EphemeralStorage);
        var (podCpu, podMemory) = (new Vector<float>(pod.ScoredMilliCpu), new Vector<float>(pod.ScoredMemory));
        var (one, two, fifty, balance) = (Vector<float>.One, new Vector<float>(2), new Vector<float>(50), new Vector<float>(100 * UseScore.BalanceWeight));
        var alone = new Vector<float>(UseScore.Spread(0));
        var refused = new Vector<float>(float.NegativeInfinity);
        var (freeCpu, freeMemory, freeStorage, freePods) = (s.FreeMilliCpu, s.FreeMemory, s.FreeEphemeralStorage, s.FreePods);
        for (var i = 0; i < s.Slots; i += width)
        {
            var low = Vector.GreaterThanOrEqual(new Vector<long>(freeCpu, i), needCpu)
                & Vector.GreaterThanOrEqual(new Vector<long>(freeMemory, i), needMemory)
                & Vector.GreaterThanOrEqual(new Vector<long>(freeStorage, i), needStorage);
            var high = Vector.GreaterThanOrEqual(new Vector<long>(freeCpu, i + half), needCpu)
                & Vector.GreaterThanOrEqual(new Vector<long>(freeMemory, i + half), needMemory)
                & Vector.GreaterThanOrEqual(new Vector<long>(freeStorage, i + half), needStorage);
            var fits = Vector.Narrow(low, high) & Vector.GreaterThan(new Vector<int>(freePods, i), Vector<int>.Zero);
            var cpu = Vector.Min(new Vector<float>(s.UsedCpuShare, i) + (podCpu * new Vector<float>(s.PerMilliCpu, i)), one);
            var memory = Vector.Min(new Vector<float>(s.UsedMemoryShare, i) + (podMemory * new Vector<float>(s.PerMemory, i)), one);
            var score = (fifty * (two - cpu - memory)) + (balance * (one - (Vector.Abs(cpu - memory) / two)));
            score += spread is null ? alone : new Vector<float>(spread, i);
            score += new Vector<float>(fixedScores, i);
            if (images is not null)
            {
                score += new Vector<float>(images, i);
            }

            Vector.ConditionalSelect(fits, score, refused).CopyTo(scores, i);
        }
    }
}
