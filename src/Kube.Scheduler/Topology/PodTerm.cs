namespace Kube.Scheduler.Topology;

/// <summary>A rule or wish about pods in the same place.</summary>
/// <param name="Selector">The pods.</param>
/// <param name="TopologyKey">The node label that says what one place is.</param>
/// <param name="Weight">0 for a rule; otherwise how much each such pod attracts, or repels when negative.</param>
internal sealed record PodTerm(PodSelector Selector, string TopologyKey, int Weight)
{
    /// <summary>Equal for equal terms.</summary>
    public string Key { get; } = FormattableString.Invariant($"{TopologyKey}|{Weight}|{Selector.Key}");
}
