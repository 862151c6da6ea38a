namespace Portal.Core.Nodes;

/// <summary>A pod on a node as an operator sees it: where it belongs and what it asks for, nothing of what is in it.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Kind and name of what made it; null for a pod of its own.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="CpuMillis">The processor it asks for, in thousandths of a core.</param>
/// <param name="MemoryBytes">The memory it asks for.</param>
/// <param name="Move">What a drain does to it.</param>
/// <param name="Why">Why, as one sentence; empty where the move says it.</param>
public sealed record NodePod(string Namespace, string Name, string? Owner, string Phase, long CpuMillis, long MemoryBytes, DrainMove Move, string Why);
