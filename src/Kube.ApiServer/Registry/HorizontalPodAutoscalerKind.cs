using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Horizontal pod autoscalers: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/.</summary>
internal sealed class HorizontalPodAutoscalerKind() : ResourceKind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", typeof(V2HorizontalPodAutoscaler))
{
    public override IReadOnlyList<string> ShortNames => ["hpa"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Reference", Reference),
        Registry.Columns.Of("Targets", Targets),
        Registry.Columns.Text("MinPods", "spec.minReplicas", "<unset>"),
        Registry.Columns.Number("MaxPods", "spec.maxReplicas"),
        Registry.Columns.Number("Replicas", "status.currentReplicas"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("minReplicas", 1L);
        if (spec.Array("metrics") is not { Count: > 0 })
        {
            var target = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80L };
            spec["metrics"] = new JsonArray(new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = target } });
        }

        if (spec.Object("behavior") is { } behavior)
            AutoscalerBehavior.Default(behavior);
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var reference = spec.Object("scaleTargetRef");
        foreach (var part in (ReadOnlySpan<string>)["kind", "name"])
        {
            if (reference.Text(part) is not { Length: > 0 } text)
                errors.Required($"spec.scaleTargetRef.{part}");
            else
                errors.Check($"spec.scaleTargetRef.{part}", text, NameRules.PathSegment(text));
        }

        // Scaling to nothing needs a metric that exists without pods; Kubernetes keeps it behind a gate that is off.
        var min = spec.Integer("minReplicas") ?? 1;
        if (min < 1)
            errors.Invalid("spec.minReplicas", min, "must be greater than or equal to 1");
        var max = spec.Integer("maxReplicas") ?? 0;
        if (max < 1)
            errors.Invalid("spec.maxReplicas", max, "must be greater than 0");
        else if (max < min)
            errors.Invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
        AutoscalerMetrics.Validate(spec, errors);
        if (spec.Object("behavior") is { } behavior)
            AutoscalerBehavior.Validate(behavior, errors);
    }

    public static JsonNode? Reference(JsonObject o) => $"{o.At("spec.scaleTargetRef.kind").AsText()}/{o.At("spec.scaleTargetRef.name").AsText()}";

    public static JsonNode? Targets(JsonObject autoscaler)
    {
        var metrics = autoscaler.Object("spec").Objects("metrics").ToArray();
        var current = autoscaler.Object("status").Objects("currentMetrics").ToArray();
        if (metrics.Length == 0)
            return "<none>";
        var shown = metrics.Take(2).Select((m, i) => AutoscalerMetrics.Show(m, i < current.Length ? current[i] : null)).ToList();
        if (metrics.Length > 2)
            shown.Add(string.Create(CultureInfo.InvariantCulture, $"{metrics.Length - 2} more..."));
        return metrics.Length > 2 ? $"{shown[0]}, {shown[1]} + {shown[2]}" : string.Join(", ", shown);
    }
}
