using k8s.Models;
using Kube.Controllers.PersistentVolumes;
using Words = Kube.Machinery.Volumes.LocalVolumes;

namespace Kube.Controllers.LocalVolumes;

/// <summary>What node-local volumes look like. Pure.</summary>
internal static class LocalVolumePlan
{
    private const string Hostname = "kubernetes.io/hostname";

    /// <summary>The class that claims get which name none: bound at the first pod, so that the scheduler may choose the node.</summary>
    public static V1StorageClass Class() => new()
    {
        Metadata = new V1ObjectMeta { Name = Words.StorageClass, Annotations = new Dictionary<string, string> { ["storageclass.kubernetes.io/is-default-class"] = "true" } },
        Provisioner = Words.Provisioner,
        VolumeBindingMode = "WaitForFirstConsumer",
        ReclaimPolicy = "Delete",
    };

    /// <summary>Whether a claim waits for a volume from here, on a node that is chosen.</summary>
    public static bool IsWanted(V1PersistentVolumeClaim claim) =>
        claim.Metadata.DeletionTimestamp is null && string.IsNullOrEmpty(claim.Spec.VolumeName) && claim.Has(VolumeNotes.SelectedNode)
        && claim.Metadata.Annotations.TryGetValue(VolumeNotes.Provisioner, out var provisioner) && provisioner == Words.Provisioner;

    /// <summary>Whether a volume from here has served its claim and is to go with its data.</summary>
    public static bool IsOver(V1PersistentVolume volume) =>
        volume.Metadata.DeletionTimestamp is null && volume.Status?.Phase == "Released" && volume.Spec.PersistentVolumeReclaimPolicy == "Delete"
        && volume.Metadata.Annotations?.TryGetValue(VolumeNotes.ProvisionedBy, out var maker) == true && maker == Words.Provisioner;

    /// <summary>The name of a claim's volume: the same however often it is tried.</summary>
    public static string NameOf(V1PersistentVolumeClaim claim) => Words.Prefix + claim.Metadata.Uid;

    /// <summary>The volume for a claim on a node, reserved for that claim.</summary>
    public static V1PersistentVolume Volume(V1PersistentVolumeClaim claim, V1StorageClass? storageClass, V1Node node, string directory)
    {
        var name = NameOf(claim);
        var host = node.Metadata.Labels?.TryGetValue(Hostname, out var label) == true ? label : node.Metadata.Name;
        return new V1PersistentVolume
        {
            Metadata = new V1ObjectMeta { Name = name, Annotations = new Dictionary<string, string> { [VolumeNotes.ProvisionedBy] = Words.Provisioner } },
            Spec = new V1PersistentVolumeSpec
            {
                Capacity = new Dictionary<string, ResourceQuantity> { ["storage"] = claim.Spec.Resources.Requests["storage"] },
                AccessModes = claim.Spec.AccessModes,
                VolumeMode = "Filesystem",
                StorageClassName = Machinery.Volumes.VolumeMatch.ClassOf(claim),
                PersistentVolumeReclaimPolicy = storageClass?.ReclaimPolicy ?? "Delete",
                Local = new V1LocalVolumeSource { Path = $"{directory.TrimEnd('/')}/{name}" },
                ClaimRef = new V1ObjectReference
                {
                    ApiVersion = "v1",
                    Kind = "PersistentVolumeClaim",
                    NamespaceProperty = claim.Metadata.NamespaceProperty,
                    Name = claim.Metadata.Name,
                    Uid = claim.Metadata.Uid,
                },
                NodeAffinity = new V1VolumeNodeAffinity
                {
                    Required = new V1NodeSelector
                    {
                        NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = Hostname, OperatorProperty = "In", Values = [host] }] }],
                    },
                },
            },
        };
    }
}
