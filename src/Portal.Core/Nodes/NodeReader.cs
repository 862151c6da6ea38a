using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Portal.Core.Nodes;

/// <summary>Reads nodes with their pods and measurements. A reading is shared by all who ask within two seconds: nobody looks at pods of a whole cluster more often.</summary>
internal sealed class NodeReader(IKubernetes client, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _one = new(1);
    private Reading? _last;

    /// <summary>All nodes.</summary>
    /// <param name="newerThan">A reading made before this is not good enough: something was changed since.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<Reading> ReadAsync(DateTimeOffset newerThan, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } last && last.At > newerThan && now - last.At < Fresh) return last;
            var nodes = await client.CoreV1.ListNodeAsync(cancellationToken: cancellationToken);
            var pods = await client.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cancellationToken);
            return _last = new(now, [.. nodes.Items], pods.Items.Where(pod => pod.Spec?.NodeName is not null).ToLookup(pod => pod.Spec.NodeName), await MetricsAsync(cancellationToken));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // A cluster without metrics is a cluster all the same.
    private async Task<Dictionary<string, NodeMetrics>> MetricsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var all = await client.GetKubernetesNodesMetricsAsync().WaitAsync(cancellationToken);
            return all.Items.ToDictionary(item => item.Metadata.Name, StringComparer.Ordinal);
        }
        catch (HttpOperationException)
        {
            return [];
        }
    }

    /// <summary>The cluster's nodes at one moment.</summary>
    internal sealed record Reading(DateTimeOffset At, IReadOnlyList<V1Node> Nodes, ILookup<string, V1Pod> Pods, IReadOnlyDictionary<string, NodeMetrics> Metrics)
    {
        public NodeView View(V1Node node) => NodeViews.Of(node, [.. Pods[node.Metadata.Name]], Metrics.GetValueOrDefault(node.Metadata.Name));

        public NodeDetail Detail(V1Node node) => NodeViews.Detail(node, [.. Pods[node.Metadata.Name]], Metrics.GetValueOrDefault(node.Metadata.Name));
    }
}
