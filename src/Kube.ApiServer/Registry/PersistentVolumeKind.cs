using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Persistent volumes.</summary>
internal sealed class PersistentVolumeKind() : ResourceKind("", "v1", "PersistentVolume", "persistentvolumes", typeof(V1PersistentVolume))
{
    public override IReadOnlyList<string> ShortNames => ["pv"];

    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Capacity", "spec.capacity.storage", ""),
        Registry.Columns.Of("Access Modes", o => string.Join(',', o.Object("spec").Texts("accessModes"))),
        Registry.Columns.Text("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", ""),
        Registry.Columns.Text("Status", "status.phase", ""),
        Registry.Columns.Of("Claim", o => o.Object("spec").Object("claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : ""),
        Registry.Columns.Text("StorageClass", "spec.storageClassName", ""),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("persistentVolumeReclaimPolicy", "Retain");
        spec.SetDefault("volumeMode", "Filesystem");
    }

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["phase"] = "Pending" };
}
