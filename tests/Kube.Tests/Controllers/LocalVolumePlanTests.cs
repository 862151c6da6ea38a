using k8s.Models;
using Kube.Controllers.LocalVolumes;
using Kube.Controllers.PersistentVolumes;
using Kube.Machinery.Volumes;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class LocalVolumePlanTests
{
    [Fact]
    public void A_claim_is_served_once_the_scheduler_has_chosen_a_node_and_never_twice()
    {
        Assert.True(LocalVolumePlan.IsWanted(Claim()));
        var undecided = Claim();
        undecided.Metadata.Annotations.Remove(VolumeNotes.SelectedNode);
        var foreign = Claim();
        foreign.Metadata.Annotations[VolumeNotes.Provisioner] = "other.example.com/disk";
        var bound = Claim();
        bound.Spec.VolumeName = "pvc-1";
        var going = Claim();
        going.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        Assert.All((V1PersistentVolumeClaim[])[undecided, foreign, bound, going], claim => Assert.False(LocalVolumePlan.IsWanted(claim)));
    }

    [Fact]
    public void A_volume_lies_in_the_nodes_directory_is_reached_from_there_alone_and_reserved_for_its_claim()
    {
        var node = Node("n1");
        var volume = LocalVolumePlan.Volume(Claim(), LocalVolumePlan.Class(), node, "/data/volumes/");
        Assert.Equal(("pvc-u1", "/data/volumes/pvc-u1", "Delete", "u1"), (volume.Metadata.Name, volume.Spec.Local.Path, volume.Spec.PersistentVolumeReclaimPolicy, volume.Spec.ClaimRef.Uid));
        Assert.True(node.Reaches(volume));
        Assert.False(Node("n2").Reaches(volume));
        volume.Status = new V1PersistentVolumeStatus { Phase = "Available" };
        Assert.Equal("pvc-u1", VolumeMatch.Find(Claim(), [volume], reservedOnly: true)?.Metadata.Name);
    }

    [Fact]
    public void Only_a_released_volume_of_its_own_is_deleted()
    {
        var volume = LocalVolumePlan.Volume(Claim(), null, Node("n1"), "/data/volumes");
        volume.Status = new V1PersistentVolumeStatus { Phase = "Bound" };
        Assert.False(LocalVolumePlan.IsOver(volume));
        volume.Status.Phase = "Released";
        Assert.True(LocalVolumePlan.IsOver(volume));
        volume.Spec.PersistentVolumeReclaimPolicy = "Retain";
        Assert.False(LocalVolumePlan.IsOver(volume));
    }

    private static V1PersistentVolumeClaim Claim() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "data",
            NamespaceProperty = "default",
            Uid = "u1",
            Annotations = new Dictionary<string, string> { [VolumeNotes.Provisioner] = LocalVolumes.Provisioner, [VolumeNotes.SelectedNode] = "n1" },
        },
        Spec = new V1PersistentVolumeClaimSpec
        {
            StorageClassName = "local",
            AccessModes = ["ReadWriteOnce"],
            Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new("1Gi") } },
        },
        Status = new V1PersistentVolumeClaimStatus(),
    };

    private static V1Node Node(string name) => new() { Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name } } };
}
