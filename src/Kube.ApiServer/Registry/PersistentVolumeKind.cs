using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Persistent volumes.</summary>
internal sealed class PersistentVolumeKind() : ResourceKind("", "v1", "PersistentVolume", "persistentvolumes", typeof(V1PersistentVolume))
{
    private static readonly string[] Sources =
    [
        "hostPath", "local", "nfs", "csi", "iscsi", "fc", "awsElasticBlockStore", "gcePersistentDisk", "azureDisk", "azureFile", "cephfs", "cinder", "flexVolume", "flocker", "glusterfs", "photonPersistentDisk",
        "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
    ];

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
        Registry.Columns.Text("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        Registry.Columns.Text("Reason", "status.reason", ""),
        Registry.Columns.Age,
        new("VolumeMode", (o, _) => o.Object("spec").Text("volumeMode") ?? "<unset>") { Priority = 1 },
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("persistentVolumeReclaimPolicy", "Retain");
        spec.SetDefault("volumeMode", "Filesystem");
    }

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["phase"] = "Pending" };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        ClaimRules.Modes(spec, "spec", errors);
        if (spec.Object("capacity") is not { Count: > 0 } capacity)
            errors.Required("spec.capacity");
        else if (capacity["storage"] is null || capacity.Count > 1)
            errors.NotSupported("spec.capacity", string.Join(' ', capacity.Select(c => c.Key)), "storage");
        else if (!Quantity.TryParse(capacity.Text("storage"), out var size) || size <= default(Quantity))
            errors.Invalid("spec.capacity[storage]", capacity.Text("storage"), "must be greater than zero");
        var sources = Sources.Where(s => spec?[s] is not null).ToArray();
        if (sources.Length == 0)
            errors.Required("spec", "must specify a volume type");
        else if (sources.Length > 1)
            errors.Forbidden($"spec.{sources[1]}", "may not specify more than 1 volume type");
        if (sources.Contains("local") && spec.Object("nodeAffinity") is null)
            errors.Required("spec.nodeAffinity", "Local volume requires node affinity");
        if (spec.Object("hostPath").Text("path") is { } path && path.Split('/').Contains(".."))
            errors.Invalid("spec.hostPath.path", path, "must not contain '..'");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var before = old.Object("spec");
        if (Sources.Any(s => !JsonNode.DeepEquals(spec?[s], before?[s])))
            errors.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        if (spec.Text("volumeMode") != before.Text("volumeMode"))
            errors.Immutable("spec.volumeMode", spec.Text("volumeMode"));
        if (before?["nodeAffinity"] is not null && !JsonNode.DeepEquals(spec?["nodeAffinity"], before["nodeAffinity"]))
            errors.Immutable("spec.nodeAffinity", spec?["nodeAffinity"]?.ToJsonString());
    }
}
