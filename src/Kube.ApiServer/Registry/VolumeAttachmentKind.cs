using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The wish to attach a volume to a node, and how it went.</summary>
internal sealed class VolumeAttachmentKind() : ResourceKind("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", typeof(V1VolumeAttachment))
{
    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Attacher", "spec.attacher", ""),
        Registry.Columns.Text("PV", "spec.source.persistentVolumeName", ""),
        Registry.Columns.Text("Node", "spec.nodeName", ""),
        Registry.Columns.Of("Attached", o => o.Object("status").Flag("attached") == true),
        Registry.Columns.Age,
    ];

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["attached"] = false };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var source = document.Object("spec").Object("source");
        var volume = source.Text("persistentVolumeName") is { Length: > 0 };
        var inline = source.Object("inlineVolumeSpec") is not null;
        if (!volume && !inline)
            errors.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        else if (volume && inline)
            errors.Invalid("spec.source", "", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(document["spec"], old["spec"]))
            errors.Immutable("spec", document["spec"]?.ToJsonString());
    }
}
