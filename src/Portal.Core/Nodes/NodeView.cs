using System.Collections.Immutable;

namespace Portal.Core.Nodes;

/// <summary>A node as operators see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Whether it can run instances.</param>
/// <param name="Why">What is wrong, as one sentence; empty when nothing is.</param>
/// <param name="Cordoned">Whether new instances are kept away.</param>
/// <param name="Drain">How its emptying stands; null when nobody asked for it.</param>
/// <param name="Address">Its address inside the cluster.</param>
/// <param name="AgentVersion">The version of its agent.</param>
/// <param name="System">Operating system, kernel and container runtime in one line.</param>
/// <param name="CpuMillis">Processor that instances may have, in thousandths of a core.</param>
/// <param name="MemoryBytes">Memory that instances may have.</param>
/// <param name="MostPods">The most pods it takes.</param>
/// <param name="RequestedCpuMillis">Processor that its pods ask for.</param>
/// <param name="RequestedMemoryBytes">Memory that its pods ask for.</param>
/// <param name="Pods">Pods on it.</param>
/// <param name="UsedCpuMillis">Processor in use as measured; null when nothing measures.</param>
/// <param name="UsedMemoryBytes">Memory in use as measured; null when nothing measures.</param>
/// <param name="Conditions">What it says of itself.</param>
/// <param name="Labels">Its labels, by key.</param>
/// <param name="Taints">Its taints.</param>
/// <param name="CreatedAt">When it joined.</param>
public sealed record NodeView(
    string Name, NodeState State, string Why, bool Cordoned, NodeDrain? Drain, string Address, string AgentVersion, string System, long CpuMillis, long MemoryBytes, int MostPods,
    long RequestedCpuMillis, long RequestedMemoryBytes, int Pods, long? UsedCpuMillis, long? UsedMemoryBytes,
    ImmutableArray<NodeCondition> Conditions, ImmutableSortedDictionary<string, string> Labels, ImmutableArray<NodeTaint> Taints, DateTimeOffset CreatedAt);
