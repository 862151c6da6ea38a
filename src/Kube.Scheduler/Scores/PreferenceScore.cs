using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Scores;

/// <summary>What the pod prefers and the node discourages: preferred node affinity and <c>PreferNoSchedule</c> taints. Does not depend on use.</summary>
internal static class PreferenceScore
{
    private const float AffinityWeight = 2;
    private const float TaintWeight = 3;

    /// <summary>0 to 200 for affinity, less 300 at most for taints.</summary>
    public static float Of(NodeFacts node, PodShape pod)
    {
        float affinity = 0;
        if (!pod.PreferredAffinity.IsEmpty)
        {
            float total = 0;
            foreach (var term in pod.PreferredAffinity)
            {
                total += term.Weight;
                affinity += NodeAffinity.Matches(node, term.Preference) ? term.Weight : 0;
            }

            affinity = total > 0 ? 100 * affinity / total : 0;
        }

        var taints = TaintToleration.CountUntoleratedPreferences(node.Taints, pod.Tolerations);
        return (AffinityWeight * affinity) - (TaintWeight * (100 - (100f / (1 + taints))));
    }
}
