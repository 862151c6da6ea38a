using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.StatefulSets;

/// <summary>Who a pod of a stateful set is (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity).</summary>
internal static class Identity
{
    public const string PodNameLabel = "statefulset.kubernetes.io/pod-name";
    public const string PodIndexLabel = "apps.kubernetes.io/pod-index";

    /// <summary>The name of the pod with an ordinal.</summary>
    public static string PodName(string set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set}-{ordinal}");

    /// <summary>The name of a pod's claim.</summary>
    public static string ClaimName(string template, string pod) => $"{template}-{pod}";

    /// <summary>The ordinal in a pod's name; null when the name is not one the set gives.</summary>
    public static int? Ordinal(string set, string pod)
    {
        if (pod.Length <= set.Length + 1 || !pod.StartsWith(set, StringComparison.Ordinal) || pod[set.Length] != '-')
        {
            return null;
        }

        return int.TryParse(pod.AsSpan(set.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) && PodName(set, ordinal) == pod ? ordinal : null;
    }

    /// <summary>The first ordinal.</summary>
    public static int Start(V1StatefulSet set) => set.Spec.Ordinals?.Start ?? 0;
}
