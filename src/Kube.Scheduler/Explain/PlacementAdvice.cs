namespace Kube.Scheduler.Explain;

/// <summary>Why a pod fits nowhere and what would help, for people.</summary>
/// <param name="Summary">One sentence, for instance <c>No node has enough free CPU: the pod asks for 2 cores, the most any node has free is 0.5.</c></param>
/// <param name="Fixes">Changes each of which alone would make room, the cheapest first; empty when no single one would.</param>
public sealed record PlacementAdvice(string Summary, IReadOnlyList<string> Fixes);
