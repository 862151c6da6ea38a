using k8s.Models;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Volumes;

/// <summary>Where a pod's volumes let it go.</summary>
/// <param name="Everywhere">Why they let it go nowhere; null when they do not.</param>
/// <param name="Selectors">What a node must satisfy: the node affinity of each bound volume.</param>
internal sealed record VolumeRules(string? Everywhere, IReadOnlyList<V1NodeSelector> Selectors)
{
    private const string Conflict = "node(s) had volume node affinity conflict";

    /// <summary>No node will do.</summary>
    public static VolumeRules Nowhere(string reason) => new(reason, []);

    /// <summary>Why the volumes refuse a node; null when they do not.</summary>
    public string? Refuse(NodeFacts facts) =>
        Everywhere ?? (Selectors.All(s => (s.NodeSelectorTerms ?? []).Any(t => NodeAffinity.Matches(facts, t))) ? null : Conflict);
}
