using k8s.Models;

namespace Kube.Scheduler;

/// <summary>What would happen if: pods to place, and how the cluster would differ from what it is.</summary>
/// <param name="Pods">Pods to place, each as if those before it had been bound; only <c>spec</c>, labels, namespace and owner matter.</param>
public sealed record PlacementQuestion(IReadOnlyList<V1Pod> Pods)
{
    /// <summary>Nodes that would be there in addition, or instead of those with their names.</summary>
    public IReadOnlyList<V1Node> AddedNodes { get; init; } = [];

    /// <summary>Names of nodes that would be gone.</summary>
    public IReadOnlyList<string> RemovedNodes { get; init; } = [];
}
