using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>The containers put into a running pod to look at it: started once, never again, and nothing waits for them.</summary>
internal static class EphemeralContainers
{
    private static readonly ConditionalWeakTable<V1EphemeralContainer, V1Container> Converted = [];

    /// <summary>As containers, which they are but for a name to look into.</summary>
    public static IEnumerable<V1Container> Of(V1Pod pod) => (pod.Spec.EphemeralContainers ?? []).Select(c => Converted.GetValue(c, Convert));

    public static bool Contains(V1Pod pod, string name) => pod.Spec.EphemeralContainers?.Any(c => c.Name == name) == true;

    /// <summary>The container whose processes it is to see; null when its own alone.</summary>
    public static string? TargetOf(V1Pod pod, string name) =>
        pod.Spec.EphemeralContainers?.FirstOrDefault(c => c.Name == name)?.TargetContainerName is { Length: > 0 } target ? target : null;

    private static V1Container Convert(V1EphemeralContainer container) => KubernetesJson.Deserialize<V1Container>(KubernetesJson.Serialize(container));
}
