using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Quantities;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>
/// How many pods bring a metric to its target: <c>ceil(current * usage / target)</c>, cautiously where measurements are missing
/// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
/// </summary>
internal static class ReplicaCalculator
{
    private const decimal Tolerance = 0.1m;

    /// <summary>What a Resource or ContainerResource metric asks for.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="current">Replicas now.</param>
    /// <param name="pods">Pods of the target.</param>
    /// <param name="usages">Measurements by pod name.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="MetricException">There is not enough to go by.</exception>
    public static MetricProposal Of(V2MetricSpec metric, int current, IReadOnlyCollection<V1Pod> pods, IReadOnlyDictionary<string, PodUsage> usages, DateTimeOffset now)
    {
        var (resource, container, target) = metric.Type == "ContainerResource"
            ? (metric.ContainerResource.Name, metric.ContainerResource.Container, metric.ContainerResource.Target)
            : (metric.Resource.Name, null, metric.Resource.Target);
        var failed = metric.Type == "ContainerResource" ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric";
        if (pods.Count == 0)
        {
            throw new MetricException(failed, $"unable to get metrics for resource {resource}: no pods returned by selector while calculating replica count");
        }

        var measured = MeasuredPods.Of(pods, usages, resource, container, now);
        if (measured.Ready.Count == 0)
        {
            throw new MetricException(failed, $"failed to get {resource} utilization: did not receive metrics for targeted pods (pods might be unready)");
        }

        var average = measured.Ready.Values.Average();
        if (target.AverageUtilization is not { } percent)
        {
            var wanted = (target.AverageValue ?? throw new MetricException(failed, $"the metric {resource} has no target")).ToDecimal();
            var replicas = Replicas(current, measured, _ => wanted, _ => wanted);
            return new MetricProposal(replicas, $"{metric.Type} {resource}", Status(metric, resource, container, average, null));
        }

        var requests = pods.Where(p => p.IsActive()).ToDictionary<V1Pod, V1Pod, decimal>(p => p, p => Request(p, resource, container, failed), ReferenceEqualityComparer.Instance);
        var utilization = measured.Ready.Values.Sum() * 100 / measured.Ready.Keys.Sum(p => requests[p]);
        var proposed = Replicas(current, measured, p => requests[p] * percent / 100, p => requests[p] * Math.Max(100, percent) / 100);
        return new MetricProposal(proposed, $"{resource} resource utilization (percentage of request)", Status(metric, resource, container, average, (int)utilization));
    }

    // goal: what a pod should use; assumed: what one without a measurement is taken to use when the others say that there are too many.
    private static int Replicas(int current, MeasuredPods measured, Func<V1Pod, decimal> goal, Func<V1Pod, decimal> assumed)
    {
        var used = measured.Ready.Values.Sum();
        var goals = measured.Ready.Keys.Sum(goal);
        var ratio = used / goals;
        var count = measured.Ready.Count;
        var withUnready = measured.Unready.Count > 0 && ratio > 1;
        if (!withUnready && measured.Missing.Count == 0)
        {
            return IsWithinTolerance(ratio) ? current : Ceiling(used * count / goals);
        }

        // Pods without a measurement dampen the change, whichever way it goes.
        if (ratio != 1)
        {
            used += ratio < 1 ? measured.Missing.Sum(assumed) : 0;
            goals += measured.Missing.Sum(goal);
            count += measured.Missing.Count;
        }

        if (withUnready)
        {
            goals += measured.Unready.Sum(goal);
            count += measured.Unready.Count;
        }

        var dampened = used / goals;
        if (IsWithinTolerance(dampened) || (ratio < 1 && dampened > 1) || (ratio > 1 && dampened < 1))
        {
            return current;
        }

        var replicas = Ceiling(used * count / goals);
        return (dampened < 1 && replicas > current) || (dampened > 1 && replicas < current) ? current : replicas;
    }

    private static bool IsWithinTolerance(decimal ratio) => Math.Abs(1 - ratio) <= Tolerance;

    // Multiplied before it is divided: a third of three is one, not a little more.
    private static int Ceiling(decimal replicas) => (int)Math.Min(decimal.Ceiling(replicas), int.MaxValue);

    private static decimal Request(V1Pod pod, string resource, string? container, string failed)
    {
        var sum = 0m;
        var sidecars = (pod.Spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always");
        foreach (var one in pod.Spec.Containers.Concat(sidecars).Where(c => container is null || c.Name == container))
        {
            if (one.Resources?.Requests is null || !one.Resources.Requests.TryGetValue(resource, out var request))
            {
                throw new MetricException(failed, $"failed to get {resource} utilization: missing request for {resource} in container {one.Name} of Pod {pod.Metadata.Name}");
            }

            sum += request.ToDecimal();
        }

        return sum > 0 ? sum : throw new MetricException(failed, $"failed to get {resource} utilization: missing request for {resource} in container {container} of Pod {pod.Metadata.Name}");
    }

    private static JsonObject Status(V2MetricSpec metric, string resource, string? container, decimal average, int? utilization)
    {
        var value = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{decimal.Floor(average * 1000)}m")).ToString();
        var current = new JsonObject { ["averageValue"] = value };
        if (utilization is { } percent)
        {
            current["averageUtilization"] = percent;
        }

        var source = new JsonObject { ["name"] = resource, ["current"] = current };
        if (container is not null)
        {
            source["container"] = container;
        }

        return new JsonObject { ["type"] = metric.Type, [container is null ? "resource" : "containerResource"] = source };
    }
}
