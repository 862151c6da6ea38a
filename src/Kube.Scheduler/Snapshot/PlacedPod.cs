using k8s.Models;

namespace Kube.Scheduler.Snapshot;

/// <summary>A pod that takes its part of a node.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Shape">What it takes.</param>
/// <param name="Pod">The pod itself, for preemption; null where only its use matters.</param>
internal sealed record PlacedPod(string Uid, string Node, PodShape Shape, V1Pod? Pod);
