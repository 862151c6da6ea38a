using k8s.Models;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>When a pod has to leave a node for its NoExecute taints. Pure.</summary>
internal static class EvictionPlan
{
    /// <summary>The time it is due; null when it may stay.</summary>
    /// <param name="pod">A pod on the node.</param>
    /// <param name="taints">The node's taints.</param>
    /// <param name="since">Since when the controller has seen them.</param>
    /// <param name="defaultDelay">How long a pod that tolerates nothing stays with a node that is not ready or unreachable.</param>
    public static DateTimeOffset? DueAt(V1Pod pod, IEnumerable<V1Taint> taints, DateTimeOffset since, TimeSpan defaultDelay)
    {
        DateTimeOffset? due = null;
        foreach (var taint in taints)
        {
            if (taint.Effect != "NoExecute")
            {
                continue;
            }

            var ours = taint.Key is NodeTaints.NotReady or NodeTaints.Unreachable;
            var matching = (pod.Spec.Tolerations ?? []).Where(t => t.Tolerates(taint)).ToArray();
            TimeSpan? stay = matching.Length == 0
                ? ours ? defaultDelay : TimeSpan.Zero
                : matching.Any(t => t.TolerationSeconds is null) && matching.All(t => t.TolerationSeconds is null)
                    ? null
                    : TimeSpan.FromSeconds(Math.Max(matching.Min(t => t.TolerationSeconds ?? long.MaxValue), 0));
            if (stay is { } time && (due is null || since + time < due))
            {
                due = since + time;
            }
        }

        return due;
    }
}
