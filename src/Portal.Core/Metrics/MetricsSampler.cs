using System.Collections.Concurrent;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Data;

namespace Portal.Core.Metrics;

/// <summary>
/// Samples what running apps use (metrics.k8s.io), how often they restarted (their pods) and what they served (the ingress's figures) into the database, and removes what is
/// too old. Times lie on a grid, so that two servers that sample make one row.
/// </summary>
internal sealed partial class MetricsSampler(
    ITenantDbContextFactory contexts, ClusterLinks links, PortalCoreOptions options, TimeProvider clock, ILogger<MetricsSampler> logger) : BackgroundService
{
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<Guid, Sampled> _sampled = new();
    private DateTimeOffset _pruned;

    /// <summary>Why what instances use is not known on a cluster, or null when it is.</summary>
    /// <param name="cluster">The cluster; null for the embedded engine.</param>
    public string? UsageFaultOf(Guid? cluster) => _sampled.TryGetValue(cluster ?? Guid.Empty, out var sampled) ? sampled.UsageFault : null;

    /// <summary>Takes one sample of every app that runs, on each cluster by itself: one that does not answer costs the others nothing.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var at = new DateTimeOffset(now.Ticks - now.Ticks % options.MetricsInterval.Ticks, TimeSpan.Zero);
        var all = links.All;
        foreach (var gone in _sampled.Keys.Except(all.Select(link => link.Id ?? Guid.Empty)).ToList()) _sampled.TryRemove(gone, out _);
        await Task.WhenAll(all.Where(link => link.IsEmbedded || link.Cache.IsFresh).Select(link => SampleAsync(link, at, now, cancellationToken)));
        if (now - _pruned >= PruneEvery)
        {
            _pruned = now;
            await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            await db.MetricPoints.Where(point => point.At < now - options.MetricsRetention).ExecuteDeleteAsync(cancellationToken);
            await db.CommitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            await Task.Delay(options.MetricsInterval - TimeSpan.FromTicks(now.Ticks % options.MetricsInterval.Ticks), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stoppingToken.IsCancellationRequested && links.Embedded.Cache.Pods.HasSynced) await PassAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                PassFailed(logger, e);
            }
        }
    }

    private async Task SampleAsync(ClusterLink link, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var pods = link.Cache.Pods.All.Where(pod => pod.Metadata.Labels?.ContainsKey(Labels.App) == true && pod.Status?.Phase == "Running")
                .GroupBy(pod => (Namespace: pod.Metadata.NamespaceProperty, App: pod.Metadata.Labels[Labels.App])).ToDictionary(group => group.Key, group => group.ToList());
            var former = _sampled.GetValueOrDefault(link.Id ?? Guid.Empty);
            var (usage, fault) = pods.Count == 0 ? ([], former?.UsageFault) : await UsageAsync(link, cancellationToken);
            var served = pods.Count == 0 ? [] : await ServedAsync(link, now, cancellationToken);
            if (pods.Count > 0) await WriteAsync(link, at, pods, usage, served, former?.Served ?? [], cancellationToken);
            _sampled[link.Id ?? Guid.Empty] = new(served, fault);
        }
        catch (Exception e) when (!link.IsEmbedded && e is not OperationCanceledException)
        {
            PassFailed(logger, e);
        }
    }

    private async Task WriteAsync(
        ClusterLink link, DateTimeOffset at, Dictionary<(string Namespace, string App), List<V1Pod>> pods, Dictionary<(string Namespace, string Pod), (decimal Cpu, decimal Memory)> usage,
        Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)> served,
        Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)> former, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        var namespaces = pods.Keys.Select(key => key.Namespace).Distinct().ToList();
        var apps = await (
            from app in db.Apps.AsNoTracking()
            join environment in db.Environments.AsNoTracking() on app.EnvironmentId equals environment.Id
            where namespaces.Contains(environment.Namespace) && environment.ClusterId == link.Id
            select new { app.Id, app.TeamId, app.Workload, environment.Namespace }).ToListAsync(cancellationToken);
        foreach (var app in apps)
        {
            if (!pods.TryGetValue((app.Namespace, app.Workload), out var own)) continue;
            var measured = own.Select(pod => usage.TryGetValue((app.Namespace, pod.Metadata.Name), out var used) ? used : ((decimal Cpu, decimal Memory)?)null).OfType<(decimal Cpu, decimal Memory)>().ToList();
            var (traffic, seconds) = Traffic((app.Namespace, app.Workload), served, former);
            var (restarts, cpu, memory) = (own.Sum(pod => pod.Status?.ContainerStatuses?.Sum(status => status.RestartCount) ?? 0), (int)(measured.Sum(m => m.Cpu) * 1000), (long)measured.Sum(m => m.Memory));
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO portal.metric_points (app_id, at, team_id, instances, restarts, cpu_millis, memory_bytes, requests, errors, latency_median, latency_p95)
                VALUES ({app.Id}, {at}, {app.TeamId}, {own.Count}, {restarts}, {(measured.Count == 0 ? null : (int?)cpu)}, {(measured.Count == 0 ? null : (long?)memory)},
                        {(float?)(traffic?.Requests / seconds)}, {(float?)(traffic?.Errors / seconds)}, {(float?)traffic?.Quantile(0.5)}, {(float?)traffic?.Quantile(0.95)})
                ON CONFLICT DO NOTHING
                """, cancellationToken);
        }

        await db.CommitAsync(cancellationToken);
    }

    /// <summary>What was served since the last sample; null when the ingress says nothing of the app, or for the first time.</summary>
    private static (TrafficFigures? Traffic, double Seconds) Traffic(
        (string Namespace, string App) app, Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)> served,
        Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)> former) =>
        served.TryGetValue(app, out var now) && former.TryGetValue(app, out var then) && now.At > then.At ? (now.Figures.Since(then.Figures), (now.At - then.At).TotalSeconds) : (null, 1);

    private async Task<(Dictionary<(string Namespace, string Pod), (decimal Cpu, decimal Memory)> Usage, string? Fault)> UsageAsync(ClusterLink link, CancellationToken cancellationToken)
    {
        try
        {
            var list = await link.Client.GetKubernetesPodsMetricsAsync().WaitAsync(options.MetricsInterval, clock, cancellationToken);
            return (list.Items.DistinctBy(item => (item.Metadata.NamespaceProperty, item.Metadata.Name)).ToDictionary(
                item => (item.Metadata.NamespaceProperty, item.Metadata.Name),
                item => (item.Containers.Sum(c => Amount(c.Usage, "cpu")), item.Containers.Sum(c => Amount(c.Usage, "memory")))), null);
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or TimeoutException or ObjectDisposedException or System.Text.Json.JsonException)
        {
            return ([], e is HttpOperationException { Response.StatusCode: System.Net.HttpStatusCode.NotFound }
                ? "This cluster has no metrics.k8s.io: CPU and memory are not known." : "The cluster does not say now what instances use.");
        }
    }

    private static decimal Amount(IDictionary<string, ResourceQuantity> usage, string what) => usage.TryGetValue(what, out var amount) ? amount.ToDecimal() : 0;

    private static async Task<Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)>> ServedAsync(ClusterLink link, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var maps = await link.Client.CoreV1.ListConfigMapForAllNamespacesAsync(fieldSelector: "metadata.name=" + TrafficFigures.ConfigMap, cancellationToken: cancellationToken);
            return maps.Items.SelectMany(map => (map.Data ?? new Dictionary<string, string>()).Select(entry => (Key: (map.Metadata.NamespaceProperty, entry.Key), Figures: TrafficFigures.Parse(entry.Value))))
                .Where(entry => entry.Figures is not null).ToDictionary(entry => entry.Key, entry => (entry.Figures!, now));
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or ObjectDisposedException)
        {
            return [];
        }
    }

    /// <summary>What is remembered of a cluster from one sample to the next.</summary>
    private sealed record Sampled(Dictionary<(string Namespace, string App), (TrafficFigures Figures, DateTimeOffset At)> Served, string? UsageFault);

    [LoggerMessage(2401, LogLevel.Warning, "A sample of the apps' figures failed; the next one is taken all the same")]
    private static partial void PassFailed(ILogger logger, Exception e);
}
