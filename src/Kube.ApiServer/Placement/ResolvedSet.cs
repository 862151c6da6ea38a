using Kube.Machinery.Placement;

namespace Kube.ApiServer.Placement;

/// <summary>A set of a review once its names are looked up.</summary>
/// <param name="Name">The set.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Replicas">How many pods there would be.</param>
/// <param name="Set">What the scheduler is asked; null when the API would refuse the pods.</param>
/// <param name="Refused">Why it would.</param>
/// <param name="Quota">What a quota lacks.</param>
internal sealed record ResolvedSet(string Name, string Namespace, int Replicas, PodsToPlace? Set, string? Refused, string? Quota);
