using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Preemption;

/// <summary>
/// Finds the node on which the least must give way to a pod (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/).
/// Tries on the snapshot itself and leaves it as it was.
/// </summary>
internal sealed class VictimSearch(ClusterSnapshot snapshot, Placement placement, Budgets budgets)
{
    private readonly HashSet<string> _doomed = new(StringComparer.Ordinal);
    private int _start;

    /// <summary>Pods pushed off whose deletion has not been seen yet: they leave anyway.</summary>
    public ISet<string> Doomed => _doomed;

    /// <summary>When a pod started, or was made.</summary>
    public static DateTime StartOf(PlacedPod pod) => pod.Pod?.Status?.StartTime ?? pod.Pod?.Metadata.CreationTimestamp ?? DateTime.MaxValue;

    /// <summary>The best plan for a pod that fits nowhere, or null when no victims of a lower priority would help.</summary>
    public PreemptionPlan? Find(PodShape shape)
    {
        if (!shape.MayPreempt || !snapshot.HasBelow(shape.Priority))
        {
            return null;
        }

        var wasTrying = snapshot.IsTrying;
        snapshot.IsTrying = true;
        try
        {
            // As in Kubernetes not every node is tried, but a tenth of them and at least a hundred, from a different one each time.
            var enough = Math.Max(100, snapshot.NodeCount / 10);
            PreemptionPlan? best = null;
            var plans = 0;
            for (var n = 0; n < snapshot.Slots && plans < enough; n++)
            {
                var node = (_start + n) % snapshot.Slots;
                if (snapshot.Facts[node] is not null && Try(node, shape) is { } plan)
                {
                    plans++;
                    best = best is null || IsBetter(plan, best) ? plan : best;
                }
            }

            _start = snapshot.Slots == 0 ? 0 : (_start + plans) % snapshot.Slots;
            return best;
        }
        finally
        {
            snapshot.IsTrying = wasTrying;
        }
    }

    private static bool IsBetter(PreemptionPlan plan, PreemptionPlan other)
    {
        var order = plan.Violations.CompareTo(other.Violations);
        order = order != 0 ? order : plan.Highest.CompareTo(other.Highest);
        order = order != 0 ? order : plan.Sum.CompareTo(other.Sum);
        order = order != 0 ? order : plan.Victims.Count.CompareTo(other.Victims.Count);
        return (order != 0 ? order : other.EarliestStart.CompareTo(plan.EarliestStart)) < 0;
    }

    private PreemptionPlan? Try(int node, PodShape shape)
    {
        var name = snapshot.Facts[node]!.Name;
        if (!IsPlausible(node, name, shape))
        {
            return null;
        }

        // The more important first: of higher priority, then longer running.
        var below = snapshot.PodsOn(name).Where(p => p.Shape.Priority < shape.Priority && !p.Uid.StartsWith("nominated/", StringComparison.Ordinal))
            .OrderByDescending(p => p.Shape.Priority).ThenBy(StartOf).ThenBy(p => p.Uid, StringComparer.Ordinal).ToArray();
        Array.ForEach(below, p => snapshot.RemovePod(p.Uid));
        var victims = new List<PlacedPod>();
        var violations = 0;
        try
        {
            if (placement.Refuse(node, shape).Filter != Filter.None)
            {
                return null;
            }

            // Those whose loss would go below a budget are kept first, then the others, as far as the pod still fits.
            var candidates = below.Where(p => !IsLeaving(p)).ToArray();
            var violated = budgets.Violations(candidates);
            foreach (var (pod, violates) in candidates.Zip(violated).OrderByDescending(c => c.Second))
            {
                snapshot.PlacePod(pod.Uid, pod.Node, pod.Shape, pod.Pod);
                if (placement.Refuse(node, shape).Filter != Filter.None)
                {
                    snapshot.RemovePod(pod.Uid);
                    victims.Add(pod);
                    violations += violates ? 1 : 0;
                }
            }

            return new PreemptionPlan(name, victims, violations);
        }
        finally
        {
            Array.ForEach(below, p => snapshot.PlacePod(p.Uid, p.Node, p.Shape, p.Pod));
        }
    }

    // Before anything is moved: is the refusal one that fewer pods can cure, and would the pods below make enough room?
    private bool IsPlausible(int node, string name, PodShape shape)
    {
        var refusal = placement.Refuse(node, shape);
        if (!refusal.IsCurable)
        {
            return false;
        }

        var (cpu, memory, any) = (snapshot.FreeMilliCpu[node], snapshot.FreeMemory[node], false);
        foreach (var pod in snapshot.PodsOn(name))
        {
            if (pod.Shape.Priority < shape.Priority)
            {
                cpu += pod.Shape.Requests.MilliCpu;
                memory += pod.Shape.Requests.Memory;
                any = true;
            }
        }

        return any && (cpu >= shape.Requests.MilliCpu || shape.Requests.MilliCpu == 0) && (memory >= shape.Requests.Memory || shape.Requests.Memory == 0);
    }

    private bool IsLeaving(PlacedPod pod) => pod.Shape.IsTerminating || _doomed.Contains(pod.Uid);
}
