using k8s.Models;

namespace Kube.Machinery.Placement;

/// <summary>A placement review once names and templates are resolved.</summary>
/// <param name="Pods">The sets to place, in order.</param>
public sealed record PlacementInquiry(IReadOnlyList<PodsToPlace> Pods)
{
    /// <summary>The only namespace whose pods the answer may tell of; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Nodes that would be there in addition.</summary>
    public IReadOnlyList<V1Node> AddedNodes { get; init; } = [];

    /// <summary>Nodes that would be gone.</summary>
    public IReadOnlyList<string> RemovedNodes { get; init; } = [];

    /// <summary>Whether each node is lost in turn.</summary>
    public bool EachNode { get; init; }

    /// <summary>Whether waiting pods are told of.</summary>
    public bool Pending { get; init; }

    /// <summary>How many nodes each set's answer judges one by one.</summary>
    public int NodeLimit { get; init; }
}
