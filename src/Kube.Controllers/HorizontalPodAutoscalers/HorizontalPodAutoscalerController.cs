using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;
using Kube.Machinery.Selectors;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>Scales workloads by what their pods use: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/.</summary>
internal sealed class HorizontalPodAutoscalerController(ControllerContext context) : Controller(context)
{
    private const string Able = "AbleToScale";
    private const string Active = "ScalingActive";
    private const string Limited = "ScalingLimited";
    private readonly ResourceClient<V2HorizontalPodAutoscaler> _autoscalers = context.Client.Resource<V2HorizontalPodAutoscaler>();
    private readonly ResourceClient<PodUsage> _usages = context.Client.Resource<PodUsage>(PodUsage.Type);
    private readonly ScaleTarget _target = new(context);
    private readonly ConcurrentDictionary<NamespacedName, Round> _rounds = new();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.HorizontalPodAutoscalers.Subscribe(change =>
        {
            // The status is our own word.
            if (change.Kind != InformerEventKind.Modified || SpecOf(change.Object) != SpecOf(change.Old!))
            {
                Queue.Add(Names.Of(change.Object));
            }
        });
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.HorizontalPodAutoscalers.Get(key.Namespace, key.Name) is not { } autoscaler)
        {
            _rounds.TryRemove(key, out _);
            return null;
        }

        var now = Context.Time.GetUtcNow();
        var spec = SpecOf(autoscaler);
        var round = _rounds.GetOrAdd(key, _ => new Round(new ScalingHistory(), "", DateTimeOffset.MinValue));
        if (round.Spec == spec && now < round.Next)
        {
            // A later round is under way already; this one was asked for before the spec changed.
            return null;
        }

        var status = new AutoscalerStatus(autoscaler, now);
        try
        {
            await ScaleAsync(autoscaler, status, round.History, now, cancellationToken);
        }
        catch (MetricException e)
        {
            status.Set(Able, false, (e.Reason, e.Message));
            Context.Events.Warning(autoscaler, e.Reason, e.Message);
        }

        try
        {
            await _autoscalers.PatchStatusAsync(key.Namespace, key.Name, status.Patch(), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }

        _rounds[key] = round with { Spec = spec, Next = now + Context.Options.AutoscalerPeriod };
        return Context.Options.AutoscalerPeriod;
    }

    private static string SpecOf(V2HorizontalPodAutoscaler autoscaler) => KubernetesJson.Serialize(autoscaler.Spec);

    private async Task ScaleAsync(V2HorizontalPodAutoscaler autoscaler, AutoscalerStatus status, ScalingHistory history, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (client, scale) = await _target.ReadAsync(autoscaler.Metadata.NamespaceProperty, autoscaler.Spec.ScaleTargetRef, cancellationToken);
        status.Set(Able, true, ("SucceededGetScale", "the HPA controller was able to get the target's current scale"));
        var current = scale.Spec?.Replicas ?? 0;
        status.CurrentReplicas = scale.Status?.Replicas ?? 0;
        var (min, max) = (autoscaler.Spec.MinReplicas ?? 1, autoscaler.Spec.MaxReplicas);
        if (current == 0)
        {
            // Whoever scaled it to nothing meant it.
            status.DesiredReplicas = 0;
            status.Set(Active, false, ("ScalingDisabled", "scaling is disabled since the replica count of the target is zero"));
            status.Clear(Limited);
            return;
        }

        int desired;
        string because;
        if (current > max)
        {
            (desired, because) = (max, "Current number of replicas above Spec.MaxReplicas");
        }
        else if (current < min)
        {
            (desired, because) = (min, "Current number of replicas below Spec.MinReplicas");
        }
        else if (await ProposeAsync(autoscaler, status, scale, current, now, cancellationToken) is { } proposal)
        {
            var decision = ScalingDecision.Of(autoscaler, history, current, proposal.Replicas, now);
            status.Set(Able, true, decision.Able);
            status.Set(Limited, decision.Limited, decision.Limit);
            desired = decision.Replicas;
            because = desired > current ? $"{proposal.Name} above target" : "All metrics below target";
        }
        else
        {
            status.DesiredReplicas = current;
            return;
        }

        status.DesiredReplicas = desired;
        if (desired != current)
        {
            await RescaleAsync(autoscaler, status, client, scale, desired, because, cancellationToken);
            history.Changed(desired - current, now);
        }
    }

    private async Task RescaleAsync(
        V2HorizontalPodAutoscaler autoscaler, AutoscalerStatus status, ResourceClient<V1Scale> client, V1Scale scale, int desired, string because, CancellationToken cancellationToken)
    {
        try
        {
            await ScaleTarget.WriteAsync(client, scale, desired, cancellationToken);
        }
        catch (ApiException e) when (!e.IsConflict)
        {
            throw new MetricException("FailedUpdateScale", $"the HPA controller was unable to update the target scale: {e.Message}");
        }

        status.Scaled = true;
        status.Set(Able, true, ("SucceededRescale", $"the HPA controller was able to update the target scale to {desired}"));
        Context.Events.Normal(autoscaler, "SuccessfulRescale", $"New size: {desired}; reason: {because}");
    }

    // The largest of what the metrics ask for; null when they do not suffice.
    private async Task<MetricProposal?> ProposeAsync(
        V2HorizontalPodAutoscaler autoscaler, AutoscalerStatus status, V1Scale scale, int current, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var metrics = autoscaler.Spec.Metrics ?? [];
        var found = new List<MetricProposal>();
        MetricException? failure = null;
        try
        {
            var selector = scale.Status?.Selector;
            if (string.IsNullOrEmpty(selector))
            {
                throw new MetricException("InvalidSelector", "the HPA target's scale is missing a selector");
            }

            var labels = LabelSelector.Parse(selector);
            var pods = ClusterInformers.InNamespace(Informers.Pods, autoscaler.Metadata.NamespaceProperty).Where(p => labels.Matches(p.Metadata.Labels?.ToDictionary() ?? [])).ToList();
            var usages = await UsagesAsync(autoscaler.Metadata.NamespaceProperty, selector, metrics, cancellationToken);
            foreach (var metric in metrics)
            {
                try
                {
                    found.Add(IsOfPods(metric) ? ReplicaCalculator.Of(metric, current, pods, usages, now) : throw NotServed(metric));
                }
                catch (MetricException e)
                {
                    failure ??= e;
                }
            }
        }
        catch (MetricException e)
        {
            failure = e;
        }

        status.Metrics = new JsonArray([.. found.Select(p => p.Current)]);
        var largest = found.MaxBy(p => p.Replicas);

        // With a metric missing it may grow, but not shrink: the missing one might have asked for more.
        if (largest is null || (failure is not null && largest.Replicas < current))
        {
            status.Set(Active, false, (failure?.Reason ?? "InvalidMetrics", $"the HPA was unable to compute the replica count: {failure?.Message ?? "there are no metrics"}"));
            Context.Events.Warning(autoscaler, failure?.Reason ?? "InvalidMetrics", failure?.Message ?? "there are no metrics");
            return null;
        }

        status.Set(Active, true, ("ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {largest.Name}"));
        return largest;
    }

    private async Task<IReadOnlyDictionary<string, PodUsage>> UsagesAsync(string ns, string selector, IEnumerable<V2MetricSpec> metrics, CancellationToken cancellationToken)
    {
        if (!metrics.Any(IsOfPods))
        {
            return new Dictionary<string, PodUsage>();
        }

        try
        {
            var list = await _usages.ListAsync(ns, new ListQuery { LabelSelector = selector }, cancellationToken);
            return list.Items.ToDictionary(u => u.Metadata.Name);
        }
        catch (ApiException e)
        {
            throw new MetricException("FailedGetResourceMetric", $"unable to get metrics: unable to fetch metrics from resource metrics API: {e.Message}");
        }
    }

    private static bool IsOfPods(V2MetricSpec metric) => metric.Type is "Resource" or "ContainerResource";

    private static MetricException NotServed(V2MetricSpec metric) => metric.Type switch
    {
        "Pods" => new MetricException("FailedGetPodsMetric", $"unable to get metric {metric.Pods?.Metric?.Name}: no custom metrics API (custom.metrics.k8s.io) is served"),
        "Object" => new MetricException("FailedGetObjectMetric", $"unable to get metric {metric.ObjectProperty?.Metric?.Name}: no custom metrics API (custom.metrics.k8s.io) is served"),
        "External" => new MetricException("FailedGetExternalMetric", $"unable to get metric {metric.External?.Metric?.Name}: no external metrics API (external.metrics.k8s.io) is served"),
        _ => new MetricException("InvalidMetricSourceType", $"unknown metric source type \"{metric.Type}\""),
    };

    /// <summary>Where an autoscaler's rounds stand.</summary>
    /// <param name="History">What it did of late.</param>
    /// <param name="Spec">The spec of the last round.</param>
    /// <param name="Next">When the next is due.</param>
    private sealed record Round(ScalingHistory History, string Spec, DateTimeOffset Next);
}
