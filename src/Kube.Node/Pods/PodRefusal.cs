using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>Decides whether this node runs a pod at all. What it would have to weaken or cannot do, it refuses and says so.</summary>
internal static class PodRefusal
{
    /// <summary>Why the pod is refused; null when it is not.</summary>
    public static string? Reason(V1Pod pod, bool allowPrivileged)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.HostPath is not null && !allowPrivileged)
                return Forbidden($"volume {volume.Name} mounts the host path {volume.HostPath.Path}");
            if (volume.EmptyDir is null && volume.Secret is null && volume.ConfigMap is null && volume.DownwardAPI is null && volume.Projected is null && volume.HostPath is null && volume.PersistentVolumeClaim is null)
                return $"volume {volume.Name} is of a kind this node does not support";
        }

        if (allowPrivileged)
            return null;
        if (pod.Spec.HostNetwork == true)
            return Forbidden("hostNetwork is set");
        if (pod.Spec.HostPID == true)
            return Forbidden("hostPID is set");
        if (pod.Spec.HostIPC == true)
            return Forbidden("hostIPC is set");
        var privileged = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(c => c.SecurityContext?.Privileged == true);
        return privileged is null ? null : Forbidden($"container {privileged.Name} is privileged");
    }

    private static string Forbidden(string what) => $"{what}, which this node does not allow (AllowPrivileged is off)";
}
