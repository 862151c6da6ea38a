using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Storage classes.</summary>
internal sealed class StorageClassKind() : ResourceKind("storage.k8s.io", "v1", "StorageClass", "storageclasses", typeof(V1StorageClass))
{
    public override IReadOnlyList<string> ShortNames => ["sc"];

    public override bool Namespaced => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Provisioner", "provisioner"),
        Registry.Columns.Text("ReclaimPolicy", "reclaimPolicy"),
        Registry.Columns.Text("VolumeBindingMode", "volumeBindingMode"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        document.SetDefault("reclaimPolicy", "Delete");
        document.SetDefault("volumeBindingMode", "Immediate");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(document.Text("provisioner")))
            errors.Required("provisioner");
    }
}
