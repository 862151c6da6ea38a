using k8s.Models;
using Kube.Machinery.Volumes;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Volumes;

/// <summary>Where a pod's volumes let it go.</summary>
/// <param name="Everywhere">Why they let it go nowhere; null when they do not.</param>
/// <param name="Selectors">What a node must satisfy: the node affinity of each bound volume.</param>
/// <param name="Waiting">The claims that get their volume with the node, and their storage classes.</param>
/// <param name="Available">Volumes that nobody has.</param>
internal sealed record VolumeRules(
    string? Everywhere,
    IReadOnlyList<V1NodeSelector> Selectors,
    IReadOnlyList<(V1PersistentVolumeClaim Claim, V1StorageClass Class)> Waiting,
    IReadOnlyList<V1PersistentVolume> Available)
{
    private const string Conflict = "node(s) had volume node affinity conflict";
    private const string NoneLeft = "node(s) didn't find available persistent volumes to bind";

    /// <summary>Whether some node may refuse.</summary>
    public bool Narrows => Selectors.Count > 0 || Waiting.Count > 0;

    /// <summary>No node will do.</summary>
    public static VolumeRules Nowhere(string reason) => new(reason, [], [], []);

    /// <summary>Why the volumes refuse a node; null when they do not.</summary>
    public string? Refuse(NodeFacts facts)
    {
        if (Everywhere is not null)
        {
            return Everywhere;
        }

        if (!Selectors.All(s => Suits(s, facts)))
        {
            return Conflict;
        }

        return Waiting.Count == 0 || Reserve(facts) is not null ? null : NoneLeft;
    }

    /// <summary>Which volumes the waiting claims get on a node; null when one would get none.</summary>
    public IReadOnlyList<VolumeReservation>? Reserve(NodeFacts facts)
    {
        var reservations = new List<VolumeReservation>(Waiting.Count);
        foreach (var (claim, storageClass) in Waiting)
        {
            var near = Available.Where(v => (v.Spec.NodeAffinity?.Required is not { } required || Suits(required, facts)) && reservations.All(r => r.Volume != v));
            var volume = VolumeMatch.Find(claim, near, reservedOnly: false);
            if (volume is null && !MayBeMade(storageClass, facts))
            {
                return null;
            }

            reservations.Add(new VolumeReservation(claim, volume));
        }

        return reservations;
    }

    private static bool MayBeMade(V1StorageClass storageClass, NodeFacts facts) =>
        storageClass.Provisioner != "kubernetes.io/no-provisioner"
        && (storageClass.AllowedTopologies is not { Count: > 0 } places
            || places.Any(p => (p.MatchLabelExpressions ?? []).All(e => facts.Labels.TryGetValue(e.Key, out var value) && e.Values.Contains(value))));

    private static bool Suits(V1NodeSelector selector, NodeFacts facts) => (selector.NodeSelectorTerms ?? []).Any(t => NodeAffinity.Matches(facts, t));
}
