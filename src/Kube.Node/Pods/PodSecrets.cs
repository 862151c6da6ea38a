using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>The Secrets whose values a pod's containers are given, as variables or files.</summary>
internal static class PodSecrets
{
    /// <summary>Their names, each once.</summary>
    public static IReadOnlyCollection<string> NamesOf(V1Pod pod)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
            Add(names, container.Env, container.EnvFrom);
        foreach (var container in pod.Spec.EphemeralContainers ?? [])
            Add(names, container.Env, container.EnvFrom);
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            names.Add(volume.Secret?.SecretName ?? "");
            names.UnionWith((volume.Projected?.Sources ?? []).Select(source => source.Secret?.Name ?? ""));
        }

        names.Remove("");
        return names;
    }

    private static void Add(HashSet<string> names, IList<V1EnvVar>? variables, IList<V1EnvFromSource>? sources)
    {
        names.UnionWith((variables ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef?.Name ?? ""));
        names.UnionWith((sources ?? []).Select(source => source.SecretRef?.Name ?? ""));
    }
}
