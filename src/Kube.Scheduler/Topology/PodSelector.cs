using System.Collections.Immutable;
using k8s.Models;
using Kube.Machinery.Selectors;

namespace Kube.Scheduler.Topology;

/// <summary>Which pods a term is about: each part names namespaces and labels, and all parts must match.</summary>
/// <param name="Key">Equal for selectors that select the same.</param>
/// <param name="Parts">The parts; usually one.</param>
/// <param name="LivingOnly">Whether pods that are being deleted do not count, as for topology spread.</param>
internal sealed record PodSelector(string Key, ImmutableArray<PodSelectorPart> Parts, bool LivingOnly)
{
    /// <summary>The selector of an affinity term (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#namespace-selector).</summary>
    public static PodSelector Of(V1PodAffinityTerm term, string ns, IReadOnlyDictionary<string, string> labels)
    {
        // Neither a list nor a selector of namespaces means the pod's own.
        ImmutableSortedSet<string> namespaces = [.. term.Namespaces ?? []];
        if (namespaces.IsEmpty && term.NamespaceSelector is null)
        {
            namespaces = [ns];
        }

        var own = WithKeys(term.LabelSelector, term.MatchLabelKeys, term.MismatchLabelKeys, labels);
        return Of(new PodSelectorPart(namespaces, term.NamespaceSelector is { } s ? LabelSelector.Of(s) : null, own), livingOnly: false);
    }

    /// <summary>The selector of a spread constraint: living pods of the same namespace.</summary>
    public static PodSelector Of(V1TopologySpreadConstraint constraint, string ns, IReadOnlyDictionary<string, string> labels) =>
        Of(new PodSelectorPart([ns], null, WithKeys(constraint.LabelSelector, constraint.MatchLabelKeys, null, labels)), livingOnly: true);

    /// <summary>Selects what all of several select.</summary>
    public static PodSelector All(IEnumerable<PodSelector> selectors)
    {
        var all = selectors.DistinctBy(s => s.Key).ToArray();
        return all.Length == 1 ? all[0] : new PodSelector(string.Join("\n&", all.Select(s => s.Key)), [.. all.SelectMany(s => s.Parts)], all.Any(s => s.LivingOnly));
    }

    /// <summary>Whether a pod is selected.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="namespaceLabels">The labels of that namespace.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="terminating">Whether it is being deleted.</param>
    public bool Matches(string ns, IReadOnlyDictionary<string, string> namespaceLabels, IReadOnlyDictionary<string, string> labels, bool terminating)
    {
        if (terminating && LivingOnly)
        {
            return false;
        }

        foreach (var part in Parts)
        {
            if (part.Labels is null || !(part.Namespaces.Contains(ns) || part.NamespaceLabels?.Matches(namespaceLabels) == true) || !part.Labels.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    private static PodSelector Of(PodSelectorPart part, bool livingOnly) =>
        new($"{string.Join(',', part.Namespaces)}|{(part.NamespaceLabels is { } n ? $"({n})" : "-")}|{(part.Labels is { } l ? $"({l})" : "-")}{(livingOnly ? "+" : "")}", [part], livingOnly);

    // The pod's own value of a key is added to the selector; a key the pod does not have is ignored. No selector at all stays none: it matches nothing.
    private static LabelSelector? WithKeys(V1LabelSelector? selector, IList<string>? same, IList<string>? different, IReadOnlyDictionary<string, string> labels)
    {
        if (selector is null)
        {
            return null;
        }

        var read = LabelSelector.Of(selector);
        if (same is not { Count: > 0 } && different is not { Count: > 0 })
        {
            return read;
        }

        var more = Own(same, LabelOperator.In).Concat(Own(different, LabelOperator.NotIn));
        return LabelSelector.Of(read.Requirements.Concat(more));

        IEnumerable<LabelRequirement> Own(IList<string>? keys, LabelOperator operation) =>
            (keys ?? []).Where(labels.ContainsKey).Select(k => new LabelRequirement(k, operation, [labels[k]]));
    }
}
