using System.Runtime.CompilerServices;
using k8s.Models;
using Kube.Machinery.Selectors;

namespace Kube.Controllers;

/// <summary>Reads the label selectors of the models.</summary>
internal static class LabelSelectors
{
    private static readonly Dictionary<string, string> NoLabels = [];
    private static readonly ConditionalWeakTable<V1LabelSelector, LabelSelector> Read = [];

    /// <summary>Whether a selector matches an object's labels; no selector and an empty one match nothing, as in the workload kinds.</summary>
    public static bool Matches(this V1LabelSelector? selector, V1ObjectMeta metadata)
    {
        if (selector is null || (selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 }))
        {
            return false;
        }

        return Read.GetValue(selector, Parse).Matches((IReadOnlyDictionary<string, string>?)(metadata.Labels as Dictionary<string, string>) ?? metadata.Labels?.ToDictionary() ?? NoLabels);
    }

    private static LabelSelector Parse(V1LabelSelector selector)
    {
        var equal = (selector.MatchLabels ?? new Dictionary<string, string>()).Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value]));
        var expressions = (selector.MatchExpressions ?? []).Select(e => new LabelRequirement(
            e.Key,
            e.OperatorProperty switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                _ => LabelOperator.DoesNotExist,
            },
            [.. e.Values ?? []]));
        return LabelSelector.Of(equal.Concat(expressions));
    }
}
