namespace Kube.Controllers.NodeLifecycle;

/// <summary>
/// How fast nodes may lose their pods, by how much of their zone is gone (https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction): when most nodes
/// vanish together it is more likely that we are the ones cut off, and there is nowhere for the pods to go. Pure.
/// </summary>
internal static class ZoneRule
{
    private const double TooMany = 0.55;
    private const int Large = 50;

    /// <summary>The state of a zone.</summary>
    public static ZoneState StateOf(int unhealthy, int all) =>
        all > 0 && unhealthy >= all ? ZoneState.FullDisruption
        : unhealthy > 2 && unhealthy >= TooMany * all ? ZoneState.PartialDisruption
        : ZoneState.Normal;

    /// <summary>The time between two nodes that lose their pods; null when none may.</summary>
    /// <param name="state">The state of the zone.</param>
    /// <param name="nodes">How many nodes the zone has.</param>
    /// <param name="everywhere">Every zone is fully disrupted.</param>
    public static TimeSpan? Interval(ZoneState state, int nodes, bool everywhere) => state switch
    {
        ZoneState.FullDisruption when everywhere => null,
        ZoneState.PartialDisruption => nodes > Large ? TimeSpan.FromSeconds(10) : null,
        _ => TimeSpan.FromSeconds(1),
    };
}
