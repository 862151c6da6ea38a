using System.Collections.Immutable;

namespace Portal.Core.Nodes;

/// <summary>A node with what is on it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pods">Its pods, those that a drain moves first.</param>
/// <param name="Images">Its images, the largest first; as many as the agent reports.</param>
public sealed record NodeDetail(NodeView Node, ImmutableArray<NodePod> Pods, ImmutableArray<NodeImage> Images);
