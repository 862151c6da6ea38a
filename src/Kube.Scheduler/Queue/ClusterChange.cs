using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Queue;

/// <summary>Something that may help a pod that waits.</summary>
/// <param name="Filters">The filters whose answer it may have changed.</param>
/// <param name="Node">The only node whose answer changed as far as resources and ports go; null for any.</param>
/// <param name="Pod">The pod that came or went, for rules between pods; null for none.</param>
internal readonly record struct ClusterChange(Filter Filters, string? Node, PodShape? Pod)
{
    /// <summary>The filters that ask about other pods' places.</summary>
    public const Filter Places = Filter.PodTopologySpread | Filter.InterPodAffinity;

    /// <summary>A node came or changed.</summary>
    public static ClusterChange OfNode(string node) => new((Filter)~0, node, null);

    /// <summary>A pod left a node.</summary>
    public static ClusterChange OfRoom(string node, PodShape pod) => new(Filter.NodeResources | Filter.NodePorts | Places, node, pod);

    /// <summary>A pod got a node.</summary>
    public static ClusterChange OfNeighbour(PodShape pod) => new(Places, null, pod);

    /// <summary>Claims, volumes or storage classes changed.</summary>
    public static ClusterChange OfVolumes => new(Filter.VolumeBinding, null, null);

    /// <summary>A namespace's labels changed.</summary>
    public static ClusterChange OfNamespaces => new(Places, null, null);
}
