using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapKind() : ResourceKind("", "v1", "ConfigMap", "configmaps", typeof(V1ConfigMap))
{
    public override IReadOnlyList<string> ShortNames => ["cm"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Data", (o, _) => (long)((o.Object("data")?.Count ?? 0) + (o.Object("binaryData")?.Count ?? 0))) { Type = "integer" },
        Registry.Columns.Age,
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        DataRules.Keys(document.Object("data"), "data", errors);
        DataRules.Keys(document.Object("binaryData"), "binaryData", errors);
        foreach (var (key, _) in document.Object("binaryData") ?? [])
        {
            if (document.Object("data")?.ContainsKey(key) == true)
                errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        }

        DataRules.Size(document, "", ["data", "binaryData"], errors);
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => DataRules.Immutability(document, old, ["data", "binaryData"], errors);
}
