using k8s.Models;

namespace Kube.Controllers.Disruption;

/// <summary>What a budget's status should say. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/</summary>
/// <param name="Expected">Pods counted on.</param>
/// <param name="Desired">Healthy pods there must be.</param>
/// <param name="Healthy">Healthy pods there are, those not counted that are being evicted.</param>
/// <param name="Allowed">Pods that may go now.</param>
/// <param name="Evicting">Pods whose eviction was granted and that have not gone yet, with the time of the grant.</param>
internal sealed record DisruptionPlan(int Expected, int Desired, int Healthy, int Allowed, IReadOnlyDictionary<string, DateTime> Evicting)
{
    // An eviction that has come to nothing by then is not counted any longer.
    private static readonly TimeSpan EvictionPatience = TimeSpan.FromMinutes(2);

    /// <param name="budget">The budget.</param>
    /// <param name="pods">The pods it selects.</param>
    /// <param name="replicas">Sum of the replicas that the pods' owners ask for.</param>
    /// <param name="now">The time.</param>
    public static DisruptionPlan Of(V1PodDisruptionBudget budget, IReadOnlyCollection<V1Pod> pods, int replicas, DateTimeOffset now)
    {
        int expected;
        int desired;
        if (budget.Spec.MaxUnavailable?.Value is { } unavailable)
        {
            expected = replicas;
            desired = Math.Max(0, replicas - IntOrPercent.Of(unavailable, replicas, up: true));
        }
        else if (budget.Spec.MinAvailable?.Value is { } available && available.EndsWith('%'))
        {
            expected = replicas;
            desired = IntOrPercent.Of(available, replicas, up: true);
        }
        else
        {
            expected = pods.Count(p => !p.HasEnded());
            desired = IntOrPercent.Of(budget.Spec.MinAvailable?.Value ?? "1", expected, up: true);
        }

        var evicting = new SortedDictionary<string, DateTime>(StringComparer.Ordinal);
        foreach (var (name, granted) in budget.Status?.DisruptedPods ?? new Dictionary<string, DateTime?>())
        {
            if (granted is { } since && pods.Any(p => p.Metadata.Name == name && p.IsActive()) && new DateTimeOffset(since.ToUniversalTime()) + EvictionPatience > now)
            {
                evicting[name] = since;
            }
        }

        var healthy = pods.Count(p => p.IsActive() && p.IsReady() && !evicting.ContainsKey(p.Metadata.Name));
        return new DisruptionPlan(expected, desired, healthy, expected > 0 ? Math.Max(0, healthy - desired) : 0, evicting);
    }

    /// <summary>When an eviction in <see cref="Evicting"/> will have waited long enough; null when there is none.</summary>
    public TimeSpan? Recheck(DateTimeOffset now)
    {
        if (Evicting.Count == 0)
        {
            return null;
        }

        var next = new DateTimeOffset(Evicting.Values.Min().ToUniversalTime()) + EvictionPatience - now;
        return next > TimeSpan.FromSeconds(1) ? next : TimeSpan.FromSeconds(1);
    }
}
