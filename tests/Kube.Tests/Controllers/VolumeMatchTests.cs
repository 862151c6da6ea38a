using k8s.Models;
using Kube.Controllers.PersistentVolumes;
using Kube.Machinery.Volumes;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class VolumeMatchTests
{
    [Fact]
    public void The_smallest_volume_that_is_large_enough_is_taken() =>
        Assert.Equal("b", Find(Claim("2Gi"), Volume("a", "10Gi"), Volume("b", "3Gi"), Volume("c", "1Gi")));

    [Fact]
    public void A_volume_must_offer_class_modes_and_labels()
    {
        var claim = Claim("1Gi", storageClass: "fast");
        claim.Spec.Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["zone"] = "x" } };
        var other = Volume("class", "1Gi");
        var modes = Volume("modes", "1Gi", "fast");
        modes.Spec.AccessModes = ["ReadOnlyMany"];
        var block = Volume("block", "1Gi", "fast");
        block.Spec.VolumeMode = "Block";
        var labels = Volume("labels", "1Gi", "fast");
        labels.Metadata.Labels = new Dictionary<string, string> { ["zone"] = "y" };
        var right = Volume("right", "5Gi", "fast");
        right.Metadata.Labels = new Dictionary<string, string> { ["zone"] = "x" };
        right.Spec.AccessModes = ["ReadWriteOnce", "ReadWriteMany"];
        foreach (var volume in (V1PersistentVolume[])[modes, block, other])
        {
            volume.Metadata.Labels = right.Metadata.Labels;
        }

        Assert.Null(Find(claim, other, modes, block, labels));
        Assert.Equal("right", Find(claim, other, modes, block, labels, right));
    }

    [Fact]
    public void A_volume_reserved_for_the_claim_comes_first_and_one_reserved_for_another_never()
    {
        var mine = Volume("mine", "9Gi");
        mine.Spec.ClaimRef = new V1ObjectReference { Name = "c", NamespaceProperty = "default" };
        var theirs = Volume("theirs", "1Gi");
        theirs.Spec.ClaimRef = new V1ObjectReference { Name = "other", NamespaceProperty = "default" };
        Assert.Equal("mine", Find(Claim("1Gi"), Volume("free", "1Gi"), theirs, mine));
        mine.Spec.ClaimRef.Uid = "another-claim-of-the-name";
        Assert.Null(Find(Claim("1Gi"), theirs, mine));
    }

    [Fact]
    public void Volumes_that_are_released_or_going_are_not_given_away()
    {
        var released = Volume("a", "1Gi");
        released.Status.Phase = "Released";
        var going = Volume("b", "1Gi");
        going.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        Assert.Null(Find(Claim("1Gi"), released, going));
    }

    [Fact]
    public void A_claim_that_waits_for_its_first_pod_gets_only_what_is_reserved_for_it()
    {
        var reserved = Volume("r", "1Gi");
        reserved.Spec.ClaimRef = new V1ObjectReference { Name = "c", NamespaceProperty = "default", Uid = "c" };
        Assert.Null(VolumeMatch.Find(Claim("1Gi"), [Volume("free", "1Gi")], reservedOnly: true));
        Assert.Equal("r", VolumeMatch.Find(Claim("1Gi"), [Volume("free", "1Gi"), reserved], reservedOnly: true)?.Metadata.Name);
    }

    [Fact]
    public void A_node_reaches_a_volume_whose_affinity_it_meets()
    {
        var far = Volume("far", "1Gi");
        far.Spec.NodeAffinity = OnNode("other");
        var near = Volume("near", "2Gi");
        near.Spec.NodeAffinity = OnNode("here");
        var node = new V1Node { Metadata = new V1ObjectMeta { Name = "here", Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = "here" } } };
        Assert.Equal((false, true, true), (node.Reaches(far), node.Reaches(near), node.Reaches(Volume("anywhere", "1Gi"))));
    }

    [Fact]
    public void A_pod_uses_its_claims_and_those_made_for_it()
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "p" },
            Spec = new V1PodSpec
            {
                Volumes =
                [
                    new V1Volume { Name = "a", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } },
                    new V1Volume { Name = "b", Ephemeral = new V1EphemeralVolumeSource() },
                    new V1Volume { Name = "c", EmptyDir = new V1EmptyDirVolumeSource() },
                ],
            },
        };
        Assert.Equal(["data", "p-b"], ClaimProtectionController.ClaimsOf(pod));
    }

    private static string? Find(V1PersistentVolumeClaim claim, params V1PersistentVolume[] volumes) => VolumeMatch.Find(claim, volumes, reservedOnly: false)?.Metadata.Name;

    private static V1VolumeNodeAffinity OnNode(string name) => new()
    {
        Required = new V1NodeSelector
        {
            NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = "kubernetes.io/hostname", OperatorProperty = "In", Values = [name] }] }],
        },
    };

    private static V1PersistentVolumeClaim Claim(string size, string? storageClass = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "c", NamespaceProperty = "default", Uid = "c" },
        Spec = new V1PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            StorageClassName = storageClass,
            Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(size) } },
        },
    };

    private static V1PersistentVolume Volume(string name, string size, string? storageClass = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = name },
        Spec = new V1PersistentVolumeSpec { AccessModes = ["ReadWriteOnce"], StorageClassName = storageClass, Capacity = new Dictionary<string, ResourceQuantity> { ["storage"] = new(size) } },
        Status = new V1PersistentVolumeStatus { Phase = "Available" },
    };
}
