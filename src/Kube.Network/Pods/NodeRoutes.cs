using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Kube.Network.Pods;

/// <summary>Compiles Node objects to routes. Pure.</summary>
internal static class NodeRoutes
{
    /// <summary>Routes from one node to all others. A range outside the cluster's, or one that overlaps this node's own, is no node's to claim and is left out.</summary>
    public static IReadOnlyList<NodeRoute> Compile(IEnumerable<V1Node> nodes, string nodeName, IPNetwork clusterPodCidr)
    {
        var all = nodes.ToList();
        var self = all.FirstOrDefault(node => node.Metadata.Name == nodeName);
        var own = PodCidr(self);
        var ownAddress = InternalAddress(self);
        var routes = new Dictionary<IPNetwork, NodeRoute>();
        // The older node keeps a range two nodes claim.
        foreach (var node in all.OrderBy(node => node.Metadata.CreationTimestamp).ThenBy(node => node.Metadata.Name, StringComparer.Ordinal))
        {
            if (node.Metadata.Name == nodeName || PodCidr(node) is not { } range || InternalAddress(node) is not { } gateway)
                continue;
            if (!Ranges.Within(range, clusterPodCidr) || (own is { } mine && Ranges.Overlap(range, mine)) || gateway.Equals(ownAddress))
                continue;
            routes.TryAdd(range, new NodeRoute(range, gateway));
        }
        return [.. routes.Values];
    }

    /// <summary>The node's pod range, or null while it has none.</summary>
    public static IPNetwork? PodCidr(V1Node? node) => Ranges.TryParse(node?.Spec?.PodCIDR, out var range) ? range : null;

    private static IPAddress? InternalAddress(V1Node? node)
    {
        foreach (var address in node?.Status?.Addresses ?? [])
        {
            if (address.Type == "InternalIP" && IPAddress.TryParse(address.Address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetwork)
                return parsed;
        }
        return null;
    }
}
