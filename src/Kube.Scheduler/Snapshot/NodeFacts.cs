using System.Collections.Immutable;
using k8s.Models;

namespace Kube.Scheduler.Snapshot;

/// <summary>What the scheduler knows of a node apart from its use. Immutable.</summary>
/// <param name="Name">Node name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Taints">Its taints.</param>
/// <param name="Unschedulable">Cordoned.</param>
/// <param name="Allocatable">What its pods may take together.</param>
/// <param name="MaxPods">How many pods it takes.</param>
/// <param name="Images">The images it holds; they alone never make placement answer differently.</param>
internal sealed record NodeFacts(
    string Name,
    ImmutableDictionary<string, string> Labels,
    ImmutableArray<V1Taint> Taints,
    bool Unschedulable,
    Requests Allocatable,
    int MaxPods,
    IList<V1ContainerImage>? Images = null)
{
    private const int DefaultMaxPods = 110;

    /// <summary>Reads a node.</summary>
    public static NodeFacts Of(V1Node node)
    {
        var allocatable = node.Status?.Allocatable ?? node.Status?.Capacity;
        var pods = allocatable is not null && allocatable.TryGetValue("pods", out var max) ? (int)max.ToDecimal() : DefaultMaxPods;
        return new NodeFacts(
            node.Metadata.Name,
            node.Metadata.Labels?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty,
            node.Spec?.Taints?.ToImmutableArray() ?? [],
            node.Spec?.Unschedulable ?? false,
            allocatable is null ? Requests.None : Requests.From(allocatable),
            allocatable is null ? 0 : pods,
            node.Status?.Images);
    }

    /// <summary>Whether anything differs that placement looks at.</summary>
    public bool DiffersFrom(NodeFacts other) =>
        Unschedulable != other.Unschedulable
        || MaxPods != other.MaxPods
        || Allocatable.MilliCpu != other.Allocatable.MilliCpu
        || Allocatable.Memory != other.Allocatable.Memory
        || Allocatable.EphemeralStorage != other.Allocatable.EphemeralStorage
        || !Allocatable.Extended.SequenceEqual(other.Allocatable.Extended)
        || Labels.Count != other.Labels.Count
        || Labels.Any(l => other.Labels.GetValueOrDefault(l.Key) != l.Value)
        || !Taints.Select(Identity).SequenceEqual(other.Taints.Select(Identity));

    private static (string, string, string) Identity(V1Taint taint) => (taint.Key, taint.Value ?? "", taint.Effect);
}
