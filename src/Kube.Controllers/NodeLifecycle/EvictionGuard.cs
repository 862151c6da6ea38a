namespace Kube.Controllers.NodeLifecycle;

/// <summary>
/// Stops evictions when most nodes vanish together: then it is more likely that we are the ones cut off, and there is nowhere for the pods to go.
/// </summary>
internal static class EvictionGuard
{
    private const double TooMany = 0.55;

    /// <summary>Whether pods may be evicted.</summary>
    /// <param name="unhealthy">Nodes not ready or unreachable.</param>
    /// <param name="all">All nodes.</param>
    public static bool Allows(int unhealthy, int all) =>
        unhealthy < all && (unhealthy <= 2 || unhealthy <= TooMany * all);
}
