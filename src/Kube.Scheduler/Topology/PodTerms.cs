using System.Collections.Immutable;
using k8s.Models;

namespace Kube.Scheduler.Topology;

/// <summary>All that a pod says about other pods' places.</summary>
internal sealed class PodTerms
{
    private PodTerms(ImmutableArray<PodTerm> affinity, ImmutableArray<PodTerm> antiAffinity, ImmutableArray<PodTerm> preferred, ImmutableArray<SpreadConstraint> spread)
    {
        Affinity = affinity;
        AntiAffinity = antiAffinity;
        Preferred = preferred;
        Spread = spread;
        AffinityPods = affinity.IsEmpty ? null : PodSelector.All(affinity.Select(t => t.Selector));
        Key = string.Join('\n', affinity.Select(t => $"+{t.Key}").Concat(antiAffinity.Select(t => $"-{t.Key}")).Concat(preferred.Select(t => $"~{t.Key}")).Concat(spread.Select(s => $"={s.Key}")));
    }

    /// <summary>Nothing.</summary>
    public static PodTerms None { get; } = new([], [], [], []);

    /// <summary>Required pod affinity.</summary>
    public ImmutableArray<PodTerm> Affinity { get; }

    /// <summary>The pods that satisfy required affinity: those that all its terms select; null without such terms.</summary>
    public PodSelector? AffinityPods { get; }

    /// <summary>Required pod anti-affinity.</summary>
    public ImmutableArray<PodTerm> AntiAffinity { get; }

    /// <summary>Preferred affinity, and anti-affinity with negative weights.</summary>
    public ImmutableArray<PodTerm> Preferred { get; }

    /// <summary>Topology spread constraints.</summary>
    public ImmutableArray<SpreadConstraint> Spread { get; }

    /// <summary>Equal for pods that say the same.</summary>
    public string Key { get; }

    /// <summary>Whether the pod says nothing.</summary>
    public bool IsEmpty => Key.Length == 0;

    /// <summary>Reads a pod.</summary>
    public static PodTerms Of(V1PodSpec spec, string ns, IReadOnlyDictionary<string, string> labels)
    {
        var affinity = spec.Affinity?.PodAffinity;
        var anti = spec.Affinity?.PodAntiAffinity;
        if (affinity is null && anti is null && spec.TopologySpreadConstraints is not { Count: > 0 })
        {
            return None;
        }

        return new PodTerms(
            Required(affinity?.RequiredDuringSchedulingIgnoredDuringExecution),
            Required(anti?.RequiredDuringSchedulingIgnoredDuringExecution),
            [.. Preferred(affinity?.PreferredDuringSchedulingIgnoredDuringExecution, 1), .. Preferred(anti?.PreferredDuringSchedulingIgnoredDuringExecution, -1)],
            [.. (spec.TopologySpreadConstraints ?? []).Select(Read)]);

        ImmutableArray<PodTerm> Required(IList<V1PodAffinityTerm>? terms) => [.. (terms ?? []).Select(t => new PodTerm(PodSelector.Of(t, ns, labels), t.TopologyKey, 0))];

        IEnumerable<PodTerm> Preferred(IList<V1WeightedPodAffinityTerm>? terms, int sign) =>
            (terms ?? []).Select(t => new PodTerm(PodSelector.Of(t.PodAffinityTerm, ns, labels), t.PodAffinityTerm.TopologyKey, sign * t.Weight));

        SpreadConstraint Read(V1TopologySpreadConstraint c) => new(
            PodSelector.Of(c, ns, labels), c.TopologyKey, c.MaxSkew, c.MinDomains ?? 1, c.WhenUnsatisfiable != "ScheduleAnyway", c.NodeAffinityPolicy != "Ignore", c.NodeTaintsPolicy == "Honor");
    }
}
