using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Priority classes.</summary>
internal sealed class PriorityClassKind() : ResourceKind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", typeof(V1PriorityClass))
{
    public override IReadOnlyList<string> ShortNames => ["pc"];

    public override bool Namespaced => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Number("Value", "value"),
        Registry.Columns.Of("Global-Default", o => o.Flag("globalDefault") == true),
        Registry.Columns.Age,
        Registry.Columns.Text("PreemptionPolicy", "preemptionPolicy"),
    ];

    public override void Default(JsonObject document)
    {
        document.SetDefault("value", 0L);
        document.SetDefault("preemptionPolicy", "PreemptLowerPriority");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var name = document.Object("metadata").Text("name") ?? "";
        if (name.StartsWith("system-", StringComparison.Ordinal))
        {
            if (name is not ("system-cluster-critical" or "system-node-critical"))
                errors.Forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system use only");
        }
        else if (document.Integer("value") > 1_000_000_000)
        {
            errors.Forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
        }
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Integer("value") != old.Integer("value"))
            errors.Forbidden("value", "may not be changed in an update.");
        if (document.Text("preemptionPolicy") != old.Text("preemptionPolicy"))
            errors.Forbidden("preemptionPolicy", "may not be changed in an update.");
    }
}
