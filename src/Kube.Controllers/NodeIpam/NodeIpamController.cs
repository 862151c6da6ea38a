using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.NodeIpam;

/// <summary>Gives every node its range of pod addresses. One worker, so that no two nodes are given the same.</summary>
internal sealed class NodeIpamController(ControllerContext context) : Controller(context, workers: 1)
{
    private readonly ResourceClient<V1Node> _nodes = context.Client.Resource<V1Node>();
    private readonly PodRanges _ranges = new(context.Options.ClusterPodCidr);

    // Ranges given that the cache does not show yet, by node uid.
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Nodes);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var node = Informers.Nodes.Get("", key.Name);
        if (node is null || node.Metadata.DeletionTimestamp is not null || !string.IsNullOrEmpty(node.Spec?.PodCIDR))
        {
            return null;
        }

        var nodes = Informers.Nodes.List();
        foreach (var settled in nodes.Where(n => !string.IsNullOrEmpty(n.Spec?.PodCIDR)).Select(n => n.Metadata.Uid)
            .Concat(_given.Keys.Except(nodes.Select(n => n.Metadata.Uid))).ToArray())
        {
            _given.Remove(settled);
        }

        if (!_given.TryGetValue(node.Metadata.Uid, out var range))
        {
            range = _ranges.LowestFree(nodes.Select(n => n.Spec?.PodCIDR).OfType<string>().Concat(_given.Values));
        }

        if (range is null)
        {
            Context.Logger.PodRangeExhausted(Context.Options.ClusterPodCidr.ToString(), key.Name);
            Context.Events.Warning(node, "CIDRNotAvailable", $"No pod range is left in {Context.Options.ClusterPodCidr}");
            return TimeSpan.FromSeconds(10);
        }

        // The version is a precondition: a range, once there, is never changed.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["podCIDR"] = range, ["podCIDRs"] = new JsonArray(range) },
        };
        _given[node.Metadata.Uid] = range;
        await _nodes.PatchAsync(null, key.Name, patch, PatchKind.Merge, cancellationToken);
        return null;
    }
}
