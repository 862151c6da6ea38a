using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>What a volume driver can do.</summary>
internal sealed class CsiDriverKind() : ResourceKind("storage.k8s.io", "v1", "CSIDriver", "csidrivers", typeof(V1CSIDriver))
{
    public override bool Namespaced => false;

    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Flag("AttachRequired", "attachRequired"),
        Flag("PodInfoOnMount", "podInfoOnMount"),
        Flag("StorageCapacity", "storageCapacity"),
        Registry.Columns.Of("TokenRequests", o => o.Object("spec").Array("tokenRequests") is { Count: > 0 } tokens ? string.Join(',', tokens.Select(t => t.Text("audience"))) : "<unset>"),
        Registry.Columns.Of("RequiresRepublish", o => o.Object("spec").Flag("requiresRepublish") == true),
        Registry.Columns.Of("Modes", o => o.Object("spec").Array("volumeLifecycleModes") is { Count: > 0 } ? string.Join(',', o.Object("spec").Texts("volumeLifecycleModes")) : "<none>"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("attachRequired", true);
        spec.SetDefault("podInfoOnMount", false);
        spec.SetDefault("storageCapacity", false);
        spec.SetDefault("fsGroupPolicy", "ReadWriteOnceWithFSType");
        spec.SetDefault("requiresRepublish", false);
        spec.SetDefault("seLinuxMount", false);
        if (spec.Array("volumeLifecycleModes") is not { Count: > 0 })
            spec["volumeLifecycleModes"] = new JsonArray("Persistent");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        errors.OneOf("spec.fsGroupPolicy", spec.Text("fsGroupPolicy"), "File", "None", "ReadWriteOnceWithFSType");
        foreach (var mode in spec.Texts("volumeLifecycleModes"))
            errors.OneOf("spec.volumeLifecycleModes", mode, "Ephemeral", "Persistent");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["attachRequired", "volumeLifecycleModes"])
        {
            if (!JsonNode.DeepEquals(document.Object("spec")?[field], old.Object("spec")?[field]))
                errors.Immutable($"spec.{field}", document.Object("spec")?[field]?.ToJsonString());
        }
    }

    private static TableColumn Flag(string name, string field) => Registry.Columns.Of(name, o => o.Object("spec").Flag(field) == true);
}
