using k8s.Models;

namespace Kube.Scheduler.Volumes;

/// <summary>A claim that waited for its first pod and is to get its volume now that the pod's node is known.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Volume">The volume it gets; null when one is to be made for the node.</param>
internal sealed record VolumeReservation(V1PersistentVolumeClaim Claim, V1PersistentVolume? Volume)
{
    /// <summary>On a claim: the node for which its volume is to be made (https://kubernetes.io/docs/reference/labels-annotations-taints/#volume-kubernetes-io-selected-node).</summary>
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <summary><c>namespace/name</c> of the claim.</summary>
    public string Key => $"{Claim.Metadata.NamespaceProperty}/{Claim.Metadata.Name}";
}
