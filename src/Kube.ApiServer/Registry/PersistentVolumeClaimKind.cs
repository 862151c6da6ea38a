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
        Registry.Columns.Text("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        Registry.Columns.Age,
        new("VolumeMode", (o, _) => o.Object("spec").Text("volumeMode") ?? "<unset>") { Priority = 1 },
    ];

    public override void Default(JsonObject document) => document.Ensure("spec").SetDefault("volumeMode", "Filesystem");

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["phase"] = "Pending" };

    public override void Validate(JsonObject document, FieldErrors errors) => ClaimRules.Validate(document.Object("spec"), "spec", errors);

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => ClaimRules.ValidateUpdate(document, old, errors);
}
