using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Persistent volume claims.</summary>
internal sealed class PersistentVolumeClaimKind() : ResourceKind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", typeof(V1PersistentVolumeClaim))
{
    public override IReadOnlyList<string> ShortNames => ["pvc"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Status", "status.phase", ""),
        Registry.Columns.Text("Volume", "spec.volumeName", ""),
        Registry.Columns.Text("Capacity", "status.capacity.storage", ""),
        Registry.Columns.Of("Access Modes", o => string.Join(',', o.Object("spec").Texts("accessModes"))),
        Registry.Columns.Text("StorageClass", "spec.storageClassName", ""),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document) => document.Ensure("spec").SetDefault("volumeMode", "Filesystem");

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["phase"] = "Pending" };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (document.Object("spec").Array("accessModes") is not { Count: > 0 })
            errors.Required("spec.accessModes", "at least 1 access mode is required");
        if (string.IsNullOrEmpty(document.Object("spec").Object("resources").Object("requests").Text("storage")))
            errors.Required("spec.resources[storage]");
    }
}
