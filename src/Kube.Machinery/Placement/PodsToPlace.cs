using k8s.Models;

namespace Kube.Machinery.Placement;

/// <summary>One set of a placement inquiry.</summary>
/// <param name="Name">What the answer calls it.</param>
/// <param name="Pod">The pod, as the API would store it; for a pod that exists, that pod.</param>
/// <param name="Replicas">How many there would be in all.</param>
public sealed record PodsToPlace(string Name, V1Pod Pod, int Replicas)
{
    /// <summary>The pod exists and is to be explained.</summary>
    public bool Exists { get; init; }

    /// <summary>The uids of the controllers whose pods count among <see cref="Replicas"/>.</summary>
    public IReadOnlySet<string> Owners { get; init; } = new HashSet<string>();

    /// <summary>Whether the pods of <see cref="Owners"/> are replaced; else they stay and only further ones are placed.</summary>
    public bool Replaces { get; init; }

    /// <summary>How many of those may go before a new one has its place.</summary>
    public int MaxUnavailable { get; init; }
}
