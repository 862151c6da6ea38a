using k8s;
using k8s.Models;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>The annotations by which volumes and claims remember: https://kubernetes.io/docs/reference/labels-annotations-taints/.</summary>
internal static class VolumeNotes
{
    /// <summary>On a claim: it was bound once, so a volume that is missing is lost.</summary>
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";

    /// <summary>This side of the binding was made by the controller, not asked for by a person.</summary>
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>On a volume: who made it, and will delete it.</summary>
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    /// <summary>On a claim: who is to make a volume for it.</summary>
    public const string Provisioner = "volume.kubernetes.io/storage-provisioner";

    /// <summary>The same under its former name, which provisioners still read.</summary>
    public const string FormerProvisioner = "volume.beta.kubernetes.io/storage-provisioner";

    /// <summary>On a claim that waits for its first pod: the node that pod is on.</summary>
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    public static bool Has(this IKubernetesObject<V1ObjectMeta> item, string annotation) => item.Metadata.Annotations?.ContainsKey(annotation) == true;
}
