using Kube.Scheduler.Volumes;

namespace Kube.Scheduler.Snapshot;

/// <summary>What a snapshot held at one moment.</summary>
/// <param name="Facts">The nodes; null for free slots.</param>
/// <param name="Pods">The placed pods.</param>
/// <param name="Namespaces">Labels of namespaces.</param>
/// <param name="Volumes">Claims and volumes.</param>
internal sealed record SnapshotCapture(
    IReadOnlyList<NodeFacts?> Facts,
    IReadOnlyList<PlacedPod> Pods,
    IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Namespaces,
    VolumeIndex Volumes);
