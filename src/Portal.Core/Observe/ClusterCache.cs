using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Compile;

namespace Portal.Core.Observe;

/// <summary>What the product watches: its deployments and pods, and events.</summary>
internal sealed class ClusterCache : BackgroundService
{
    /// <summary>Silence for longer than this means that nothing is known any more: the watch's own length and what two retries take.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(WatchCache<V1Pod>.WatchSeconds + 15);

    public ClusterCache(IKubernetes client, ChangeFeed changes, TimeProvider clock, ILogger<ClusterCache> logger)
    {
        const string mine = Labels.ManagedSelector;
        const int seconds = WatchCache<V1Pod>.WatchSeconds;
        Deployments = new(
            new(
                async cancel => Page(await client.AppsV1.ListDeploymentForAllNamespacesAsync(labelSelector: mine, cancellationToken: cancel)),
                (version, failed, cancel) => client.AppsV1.WatchListDeploymentForAllNamespacesAsync(
                    allowWatchBookmarks: true, labelSelector: mine, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel)),
            changes, clock, logger);
        Pods = new(
            new(
                async cancel => Page(await client.CoreV1.ListPodForAllNamespacesAsync(labelSelector: mine, cancellationToken: cancel)),
                (version, failed, cancel) => client.CoreV1.WatchListPodForAllNamespacesAsync(
                    allowWatchBookmarks: true, labelSelector: mine, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel)),
            changes, clock, logger);
        Events = new(
            new(
                async cancel => Page(await client.CoreV1.ListEventForAllNamespacesAsync(cancellationToken: cancel)),
                (version, failed, cancel) => client.CoreV1.WatchListEventForAllNamespacesAsync(
                    allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: failed, cancellationToken: cancel)),
            changes, clock, logger);
    }

    public WatchCache<V1Deployment> Deployments { get; }

    public WatchCache<V1Pod> Pods { get; }

    public WatchCache<Corev1Event> Events { get; }

    /// <summary>How long ago the older of the two watches that health follows from was heard of.</summary>
    public TimeSpan Age => Deployments.Age > Pods.Age ? Deployments.Age : Pods.Age;

    /// <summary>Whether health can be told.</summary>
    public bool IsFresh => Deployments.HasSynced && Pods.HasSynced && Age < StaleAfter;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Deployments.RunAsync(stoppingToken), Pods.RunAsync(stoppingToken), Events.RunAsync(stoppingToken));

    private static (IEnumerable<T> Items, string Version) Page<T>(IItems<T> list)
        where T : IKubernetesObject<V1ObjectMeta> => (list.Items, ((IKubernetesObject<V1ListMeta>)list).Metadata?.ResourceVersion ?? "0");
}
