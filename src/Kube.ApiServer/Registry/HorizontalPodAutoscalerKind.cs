using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Horizontal pod autoscalers.</summary>
internal sealed class HorizontalPodAutoscalerKind() : ResourceKind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", typeof(V2HorizontalPodAutoscaler))
{
    public override IReadOnlyList<string> ShortNames => ["hpa"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Reference", o => $"{o.At("spec.scaleTargetRef.kind").AsText()}/{o.At("spec.scaleTargetRef.name").AsText()}"),
        Registry.Columns.Number("MinPods", "spec.minReplicas"),
        Registry.Columns.Number("MaxPods", "spec.maxReplicas"),
        Registry.Columns.Number("Replicas", "status.currentReplicas"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document) => document.Ensure("spec").SetDefault("minReplicas", 1L);

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        if (string.IsNullOrEmpty(spec.Object("scaleTargetRef").Text("name")))
            errors.Required("spec.scaleTargetRef.name");
        if (spec.Integer("maxReplicas") is not { } max || max < 1)
            errors.Invalid("spec.maxReplicas", spec.Integer("maxReplicas") ?? 0, "must be greater than 0");
        else if (max < (spec.Integer("minReplicas") ?? 1))
            errors.Invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
    }
}
