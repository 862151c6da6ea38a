using k8s.Models;
using Kube.Machinery.Selectors;

namespace Kube.Controllers.DaemonSets;

/// <summary>Which nodes a daemon set's pods belong on (https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled). Pure.</summary>
internal static class DaemonNodes
{
    private const string NoSchedule = "NoSchedule";
    private const string NoExecute = "NoExecute";

    /// <summary>What every daemon pod tolerates: troubles of a node are what daemons are there for.</summary>
    public static IReadOnlyList<V1Toleration> DefaultTolerations(bool hostNetwork) =>
    [
        Of("node.kubernetes.io/not-ready", NoExecute),
        Of("node.kubernetes.io/unreachable", NoExecute),
        Of("node.kubernetes.io/disk-pressure", NoSchedule),
        Of("node.kubernetes.io/memory-pressure", NoSchedule),
        Of("node.kubernetes.io/pid-pressure", NoSchedule),
        Of("node.kubernetes.io/unschedulable", NoSchedule),
        .. hostNetwork ? (V1Toleration[])[Of("node.kubernetes.io/network-unavailable", NoSchedule)] : [],
    ];

    /// <summary>Whether a node should get a pod, and whether one that is there may stay: a NoSchedule taint keeps new ones off, NoExecute all.</summary>
    public static (bool ShouldRun, bool MayStay) Fit(V1PodSpec template, V1Node node)
    {
        if (!Suits(template, node))
        {
            return (false, false);
        }

        var tolerations = (template.Tolerations ?? []).Concat(DefaultTolerations(template.HostNetwork == true)).ToArray();
        var untolerated = (node.Spec?.Taints ?? []).Where(t => t.Effect is NoSchedule or NoExecute && !tolerations.Any(o => o.Tolerates(t))).ToArray();
        return (untolerated.Length == 0, untolerated.All(t => t.Effect != NoExecute));
    }

    /// <summary>The node a daemon pod is for: the one it is bound to, or the one its affinity names; null when it is no daemon's pod.</summary>
    public static string? NodeOf(V1Pod pod)
    {
        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            return pod.Spec.NodeName;
        }

        var terms = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [];
        return terms.SelectMany(t => t.MatchFields ?? []).FirstOrDefault(f => f is { Key: "metadata.name", OperatorProperty: "In", Values.Count: 1 })?.Values[0];
    }

    private static bool Suits(V1PodSpec template, V1Node node)
    {
        if (!string.IsNullOrEmpty(template.NodeName) && template.NodeName != node.Metadata.Name)
        {
            return false;
        }

        string? Label(string key) => node.Metadata.Labels is { } labels && labels.TryGetValue(key, out var value) ? value : null;
        return (template.NodeSelector ?? new Dictionary<string, string>()).All(l => Label(l.Key) == l.Value)
            && (template.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required
                || required.NodeSelectorTerms.Any(t => NodeSelectors.Matches(t, node.Metadata.Name, Label)));
    }

    private static V1Toleration Of(string key, string effect) => new() { Key = key, OperatorProperty = "Exists", Effect = effect };
}
