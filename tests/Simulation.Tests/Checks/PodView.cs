using k8s;
using k8s.Models;

namespace Simulation.Tests.Checks;

/// <summary>What the checks ask of a pod, in words of their own: they must not share a fault with what they check.</summary>
internal static class PodView
{
    public static bool IsTerminal(this V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    public static bool IsGoing(this V1Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    public static bool IsWanted(this V1Pod pod) => !pod.IsTerminal() && !pod.IsGoing();

    public static bool SaysReady(this V1Pod pod) => pod.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") == true;

    public static V1OwnerReference? Controller(this IKubernetesObject<V1ObjectMeta> item) => item.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    public static bool IsOf(this IKubernetesObject<V1ObjectMeta> item, IKubernetesObject<V1ObjectMeta> owner) => item.Controller()?.Uid == owner.Metadata.Uid;

    public static bool Carries(this V1Pod pod, V1LabelSelector? selector) =>
        selector?.MatchLabels is { } labels && labels.All(l => pod.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    public static string Full(this IKubernetesObject<V1ObjectMeta> item) => $"{item.Metadata.NamespaceProperty}/{item.Metadata.Name}";

    /// <summary>Thousandths of a core that the pod asks for.</summary>
    public static long MilliCpu(this V1Pod pod) => pod.Spec.Containers.Sum(c => c.Resources?.Requests?.TryGetValue("cpu", out var q) == true ? (long)(q.ToDecimal() * 1000) : 0);

    public static IEnumerable<int> HostPorts(this V1Pod pod) => pod.Spec.Containers.SelectMany(c => c.Ports ?? []).Where(p => p.HostPort > 0).Select(p => p.HostPort!.Value);

    /// <summary>A number, or a percentage of a whole.</summary>
    public static int Of(this IntOrString? value, int whole, bool up) => value?.Value is not { } text ? 0
        : text.EndsWith('%') ? (int)(up ? Math.Ceiling(whole * int.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100.0) : Math.Floor(whole * int.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100.0))
        : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
