using k8s.Models;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>
/// The pods of a target by what their measurements are good for
/// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
/// </summary>
/// <param name="Ready">Measured and to be counted: usage by pod, in the resource's own unit.</param>
/// <param name="Unready">Not ready yet: what they use says nothing about the load.</param>
/// <param name="Missing">Running without a measurement.</param>
internal sealed record MeasuredPods(IReadOnlyDictionary<V1Pod, decimal> Ready, IReadOnlyList<V1Pod> Unready, IReadOnlyList<V1Pod> Missing)
{
    // While a pod starts its processor use is no sign of load.
    private static readonly TimeSpan InitializationPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InitialReadinessDelay = TimeSpan.FromSeconds(30);

    /// <param name="pods">Pods the target's selector matches.</param>
    /// <param name="usages">Measurements by pod name.</param>
    /// <param name="resource">For instance <c>cpu</c>.</param>
    /// <param name="container">Only this container; null for the whole pod.</param>
    /// <param name="now">The time.</param>
    public static MeasuredPods Of(IEnumerable<V1Pod> pods, IReadOnlyDictionary<string, PodUsage> usages, string resource, string? container, DateTimeOffset now)
    {
        var ready = new Dictionary<V1Pod, decimal>(ReferenceEqualityComparer.Instance);
        var unready = new List<V1Pod>();
        var missing = new List<V1Pod>();
        foreach (var pod in pods.Where(p => p.IsActive()))
        {
            if (pod.Status?.Phase == "Pending")
            {
                unready.Add(pod);
            }
            else if (!usages.TryGetValue(pod.Metadata.Name, out var usage) || Amount(usage, resource, container) is not { } amount)
            {
                missing.Add(pod);
            }
            else if (resource == "cpu" && IsUnready(pod, usage, now))
            {
                unready.Add(pod);
            }
            else
            {
                ready[pod] = amount;
            }
        }

        return new MeasuredPods(ready, unready, missing);
    }

    // The sum over the containers; null when one of them is not measured.
    private static decimal? Amount(PodUsage usage, string resource, string? container)
    {
        var containers = usage.Containers.Where(c => container is null || c.Name == container).ToArray();
        if (containers.Length == 0 || !containers.All(c => c.Usage.ContainsKey(resource)))
        {
            return null;
        }

        return containers.Sum(c => c.Usage[resource].ToDecimal());
    }

    private static bool IsUnready(V1Pod pod, PodUsage usage, DateTimeOffset now)
    {
        if (pod.Condition("Ready") is not { } ready || pod.Status.StartTime is not { } startTime)
        {
            return true;
        }

        var start = new DateTimeOffset(startTime.ToUniversalTime());
        var changed = ready.LastTransitionTime is { } time ? new DateTimeOffset(time.ToUniversalTime()) : start;
        if (start + InitializationPeriod > now)
        {
            // What was measured before it was ready is the start's own load.
            return ready.Status == "False" || (usage.Timestamp is { } measured && new DateTimeOffset(measured.ToUniversalTime()) < changed + Window(usage));
        }

        // Never ready so far, or ready once and now not: only the former says nothing.
        return ready.Status == "False" && start + InitialReadinessDelay > changed;
    }

    private static TimeSpan Window(PodUsage usage) =>
        usage.Window is [.., 's'] text && double.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;
}
