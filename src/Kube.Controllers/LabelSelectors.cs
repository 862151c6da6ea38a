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

        return Read.GetValue(selector, LabelSelector.Of).Matches((IReadOnlyDictionary<string, string>?)(metadata.Labels as Dictionary<string, string>) ?? metadata.Labels?.ToDictionary() ?? NoLabels);
    }
}
