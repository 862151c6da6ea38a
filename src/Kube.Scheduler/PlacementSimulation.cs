using k8s.Models;
using Kube.Scheduler.Explain;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>
/// The scheduler's core on objects of the caller's own, without a cluster: what fits where, and why not. Not thread-safe.
/// </summary>
public sealed class PlacementSimulation
{
    private readonly ClusterSnapshot _snapshot = new();
    private readonly Placement _placement;

    /// <summary>Makes a cluster of these objects.</summary>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="pods">Pods; those with a node and not ended take their part of it, others are ignored.</param>
    /// <param name="namespaces">Namespaces, for selectors of namespaces.</param>
    /// <param name="claims">Claims that pods name.</param>
    /// <param name="volumes">The volumes these are bound to.</param>
    /// <param name="storageClasses">The storage classes of claims that are not bound.</param>
    public PlacementSimulation(
        IEnumerable<V1Node> nodes,
        IEnumerable<V1Pod>? pods = null,
        IEnumerable<V1Namespace>? namespaces = null,
        IEnumerable<V1PersistentVolumeClaim>? claims = null,
        IEnumerable<V1PersistentVolume>? volumes = null,
        IEnumerable<V1StorageClass>? storageClasses = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        _placement = new Placement(_snapshot);
        foreach (var ns in namespaces ?? [])
        {
            _snapshot.Pods.SetNamespace(ns.Metadata.Name, ns.Metadata.Labels?.ToDictionary());
        }

        foreach (var claim in claims ?? [])
        {
            _snapshot.Volumes.SetClaim($"{claim.Metadata.NamespaceProperty}/{claim.Metadata.Name}", claim);
        }

        foreach (var volume in volumes ?? [])
        {
            _snapshot.Volumes.SetVolume(volume.Metadata.Name, volume);
        }

        foreach (var storageClass in storageClasses ?? [])
        {
            _snapshot.Volumes.SetClass(storageClass.Metadata.Name, storageClass);
        }

        foreach (var node in nodes)
        {
            _snapshot.SetNode(NodeFacts.Of(node));
        }

        var number = 0;
        foreach (var pod in (pods ?? []).Where(p => !string.IsNullOrEmpty(p.Spec.NodeName) && p.Status?.Phase is not ("Succeeded" or "Failed")))
        {
            _snapshot.PlacePod(pod.Metadata.Uid ?? FormattableString.Invariant($"pod/{number++}"), pod.Spec.NodeName, new PodShape(pod), pod);
        }
    }

    /// <summary>Answers a question and leaves the cluster as it was.</summary>
    /// <returns>One trace a pod, in order.</returns>
    public IReadOnlyList<PlacementTrace> Ask(PlacementQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return DryRun.Ask(_snapshot, _placement, question);
    }
}
