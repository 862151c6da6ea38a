namespace Kube.Scheduler.Topology;

/// <summary>A topology spread constraint (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/).</summary>
/// <param name="Selector">The pods that are spread.</param>
/// <param name="TopologyKey">The node label that says what one domain is.</param>
/// <param name="MaxSkew">How many more than the emptiest domain one may hold.</param>
/// <param name="MinDomains">With fewer domains than this the emptiest counts as holding none.</param>
/// <param name="Required">Whether it is a rule (<c>DoNotSchedule</c>) and not a wish (<c>ScheduleAnyway</c>).</param>
/// <param name="HonorsAffinity">Whether only nodes that the pod's node selector and affinity take make up domains.</param>
/// <param name="HonorsTaints">Whether only nodes whose taints the pod tolerates do.</param>
internal sealed record SpreadConstraint(
    PodSelector Selector, string TopologyKey, int MaxSkew, int MinDomains, bool Required, bool HonorsAffinity, bool HonorsTaints)
{
    /// <summary>Equal for equal constraints.</summary>
    public string Key { get; } = FormattableString.Invariant($"{TopologyKey}|{MaxSkew}|{MinDomains}|{Required}|{HonorsAffinity}|{HonorsTaints}|{Selector.Key}");
}
