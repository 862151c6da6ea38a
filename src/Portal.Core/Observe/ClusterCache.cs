using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Compile;

namespace Portal.Core.Observe;

/// <summary>What the product watches of one cluster: its deployments and pods, and events.</summary>
internal sealed class ClusterCache : BackgroundService
{
    /// <summary>Silence for longer than this means that nothing is known any more: the watch's own length and what two retries take.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(WatchCache<V1Pod>.WatchSeconds + 15);

    /// <param name="client">The cluster's API.</param>
    /// <param name="changes">Told what changed.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told what is lost.</param>
    /// <param name="bounds">What is kept of a cluster that is not the portal's own; null for all.</param>
    public ClusterCache(IKubernetes client, ChangeFeed changes, TimeProvider clock, ILogger<ClusterCache> logger, CacheBounds? bounds = null)
    {
        const string mine = Labels.ManagedSelector;
        const int seconds = WatchCache<V1Pod>.WatchSeconds;
        Deployments = new(
            new(
                cancel => ListAsync<V1Deployment>(
                    async (limit, next) => await client.AppsV1.ListDeploymentForAllNamespacesAsync(labelSelector: mine, limit: limit, continueParameter: next, cancellationToken: cancel), bounds),
                (version, failed, cancel) => client.AppsV1.WatchListDeploymentForAllNamespacesAsync(
                    allowWatchBookmarks: true, labelSelector: mine, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel),
                bounds),
            changes, clock, logger);
        Pods = new(
            new(
                cancel => ListAsync<V1Pod>(
                    async (limit, next) => await client.CoreV1.ListPodForAllNamespacesAsync(labelSelector: mine, limit: limit, continueParameter: next, cancellationToken: cancel), bounds),
                (version, failed, cancel) => client.CoreV1.WatchListPodForAllNamespacesAsync(
                    allowWatchBookmarks: true, labelSelector: mine, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel),
                bounds),
            changes, clock, logger);
        Events = new(
            new(
                cancel => ListAsync<Corev1Event>(async (limit, next) => await client.CoreV1.ListEventForAllNamespacesAsync(limit: limit, continueParameter: next, cancellationToken: cancel), bounds),
                (version, failed, cancel) => client.CoreV1.WatchListEventForAllNamespacesAsync(
                    allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel),
                bounds),
            changes, clock, logger);
    }

    public WatchCache<V1Deployment> Deployments { get; }

    public WatchCache<V1Pod> Pods { get; }

    public WatchCache<Corev1Event> Events { get; }

    /// <summary>How long ago the older of the two watches that health follows from was heard of.</summary>
    public TimeSpan Age => Deployments.Age > Pods.Age ? Deployments.Age : Pods.Age;

    /// <summary>Whether health can be told.</summary>
    public bool IsFresh => Deployments.HasSynced && Pods.HasSynced && Age < StaleAfter && !Deployments.IsLost && !Pods.IsLost;

    /// <summary>Has everything listed anew.</summary>
    public void Restart()
    {
        Deployments.Restart();
        Pods.Restart();
        Events.Restart();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Deployments.RunAsync(stoppingToken), Pods.RunAsync(stoppingToken), Events.RunAsync(stoppingToken));

    // Whole from the portal's own engine; in pages from others, of which only what is kept stays in memory.
    private static async Task<(IEnumerable<T> Items, string Version)> ListAsync<T>(Func<int?, string?, Task<IItems<T>>> page, CacheBounds? bounds)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        if (bounds is null)
        {
            var whole = await page(null, null);
            return (whole.Items, Meta(whole)?.ResourceVersion ?? "0");
        }

        var kept = new List<T>();
        string? next = null, version = null;
        do
        {
            var some = await page(CacheBounds.PageSize, next);
            version ??= Meta(some)?.ResourceVersion;
            next = Meta(some)?.ContinueProperty;
            kept.AddRange(some.Items.Where(item => bounds.IsKept(item.Metadata.NamespaceProperty ?? "")));
            if (kept.Count > CacheBounds.MostObjects) throw new IOException($"The cluster has more than {CacheBounds.MostObjects} objects of one kind in the environments' namespaces.");
        }
        while (!string.IsNullOrEmpty(next));
        return (kept, version ?? "0");
    }

    private static V1ListMeta? Meta<T>(IItems<T> list) => ((IKubernetesObject<V1ListMeta>)list).Metadata;
}
