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
    ];

    public override void Default(JsonObject document)
    {
        document.SetDefault("value", 0L);
        document.SetDefault("preemptionPolicy", "PreemptLowerPriority");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Integer("value") != old.Integer("value"))
            errors.Forbidden("value", "may not be changed in an update.");
    }
}
