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
        new("Name", (o, _) => NameOf(o)) { Format = "name", Description = Registry.Columns.Name.Description },
        Registry.Columns.Text("Provisioner", "provisioner"),
        Registry.Columns.Text("ReclaimPolicy", "reclaimPolicy"),
        Registry.Columns.Text("VolumeBindingMode", "volumeBindingMode"),
        Registry.Columns.Of("AllowVolumeExpansion", o => o.Flag("allowVolumeExpansion") == true),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        document.SetDefault("reclaimPolicy", "Delete");
        document.SetDefault("volumeBindingMode", "Immediate");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (document.Text("provisioner") is not { Length: > 0 } provisioner)
            errors.Required("provisioner");
        else
            errors.Check("provisioner", provisioner, NameRules.QualifiedName(provisioner.ToLowerInvariant()));
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy"])
        {
            if (!JsonNode.DeepEquals(document[field], old[field]))
                errors.Forbidden(field, $"updates to {field} are forbidden.");
        }

        if (document.Text("volumeBindingMode") != old.Text("volumeBindingMode"))
            errors.Immutable("volumeBindingMode", document.Text("volumeBindingMode"));
    }

    private static string? NameOf(JsonObject o)
    {
        var metadata = o.Object("metadata");
        return metadata.Object("annotations").Text("storageclass.kubernetes.io/is-default-class") == "true" ? $"{metadata.Text("name")} (default)" : metadata.Text("name");
    }
}
