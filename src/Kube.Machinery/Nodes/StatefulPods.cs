using k8s.Models;

namespace Kube.Machinery.Nodes;

/// <summary>Which pods may exist once only: their node ends them itself when it loses the control plane, and nobody replaces them before it has.</summary>
public static class StatefulPods
{
    /// <summary>Whether a pod has an identity or storage of its own: it belongs to a StatefulSet, or mounts a persistent volume claim.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsStateful(V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Metadata.OwnerReferences?.Any(o => o is { Controller: true, Kind: "StatefulSet" }) == true
            || pod.Spec.Volumes?.Any(v => v.PersistentVolumeClaim is not null || v.Ephemeral is not null) == true;
    }
}
