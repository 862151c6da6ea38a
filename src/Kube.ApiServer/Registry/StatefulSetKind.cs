using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>StatefulSets.</summary>
internal sealed class StatefulSetKind() : ResourceKind("apps", "v1", "StatefulSet", "statefulsets", typeof(V1StatefulSet))
{
    public override IReadOnlyList<string> ShortNames => ["sts"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Ready", o => string.Create(CultureInfo.InvariantCulture, $"{o.At("status.readyReplicas").AsInteger() ?? 0}/{o.At("spec.replicas").AsInteger() ?? 0}")),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
    ];

    public override bool HasScale => true;

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("replicas", 1L);
        spec.SetDefault("revisionHistoryLimit", 10L);
        spec.SetDefault("podManagementPolicy", "OrderedReady");
        var strategy = spec.Ensure("updateStrategy");
        strategy.SetDefault("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
            strategy.Ensure("rollingUpdate").SetDefault("partition", 0L);
        PodTemplates.DefaultTemplate(spec);
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        WorkloadRules.Selector(document.Object("spec"), errors);
        PodValidation.Template(document.Object("spec"), "spec", errors);
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => WorkloadRules.SelectorImmutable(document, old, errors);
}
