using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>A term of pods already placed, which speaks about pods that come later.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">0 for required anti-affinity, which refuses; otherwise what each holder adds to the score.</param>
internal sealed record HeldTerm(PodTerm Term, int Weight)
{
    /// <summary>The pods that hold it, by node.</summary>
    public NodeCounts Holders { get; } = new();
}
