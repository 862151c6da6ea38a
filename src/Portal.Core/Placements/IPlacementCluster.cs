using System.Text.Json.Nodes;

namespace Portal.Core.Placements;

/// <summary>Asks a cluster for placement reviews.</summary>
internal interface IPlacementCluster
{
    /// <summary>Has a LocalPlacementReview answered.</summary>
    /// <param name="ns">The namespace it is about.</param>
    /// <param name="spec">The review's spec.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The review's status; null when the cluster has no such kind.</returns>
    /// <exception cref="Apply.ClusterException">The cluster refused, or does not answer.</exception>
    Task<JsonObject?> ReviewAsync(string ns, JsonObject spec, CancellationToken cancellationToken);
}
