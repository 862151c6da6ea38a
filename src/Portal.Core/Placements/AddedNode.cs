namespace Portal.Core.Placements;

/// <summary>Nodes that would be added.</summary>
/// <param name="Like">The existing node that they would be like; null when the size is given.</param>
/// <param name="Count">How many, 1 to 100.</param>
/// <param name="Cpu">What their instances may take of CPU together, for example <c>4</c> or <c>500m</c>.</param>
/// <param name="Memory">What they may take of memory, for example <c>8Gi</c>.</param>
public sealed record AddedNode(string? Like = null, int Count = 1, string? Cpu = null, string? Memory = null);
