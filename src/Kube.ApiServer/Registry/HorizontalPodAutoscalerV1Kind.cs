using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>
/// Horizontal pod autoscalers as autoscaling/v1 shows them: one CPU target. They are kept as autoscaling/v2; what v1 has no field for travels in
/// annotations, so that a client of the old version reads and writes without losing it.
/// </summary>
internal sealed class HorizontalPodAutoscalerV1Kind() : ResourceKind("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", typeof(V1HorizontalPodAutoscaler))
{
    private const string Prefix = "autoscaling.alpha.kubernetes.io/";
    private static readonly HorizontalPodAutoscalerKind Kept = new();

    public override IReadOnlyList<string> ShortNames => Kept.ShortNames;

    public override IReadOnlyList<string> Categories => Kept.Categories;

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override bool Converts => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Reference", HorizontalPodAutoscalerKind.Reference),
        Registry.Columns.Of("Targets", o => HorizontalPodAutoscalerKind.Targets(ToKept(o))),
        Registry.Columns.Text("MinPods", "spec.minReplicas", "<unset>"),
        Registry.Columns.Number("MaxPods", "spec.maxReplicas"),
        Registry.Columns.Number("Replicas", "status.currentReplicas"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document) => document.Ensure("spec").SetDefault("minReplicas", 1L);

    public override void Validate(JsonObject document, FieldErrors errors) => Kept.Validate(ToKept(document), errors);

    public override JsonObject ToStorage(JsonObject document)
    {
        var kept = ToKept(document);
        Kept.Default(kept);
        return kept;
    }

    public override JsonObject FromStorage(JsonObject document)
    {
        if (document.Text("apiVersion") == Gvk.ApiVersion)
            return document;
        document["apiVersion"] = Gvk.ApiVersion;
        var spec = document.Ensure("spec");
        if (spec.Array("metrics") is { } metrics)
        {
            spec.Remove("metrics");
            var cpu = metrics.FirstOrDefault(IsCpuUtilization);
            if (cpu is not null)
                spec["targetCPUUtilizationPercentage"] = cpu.Object("resource").Object("target").Integer("averageUtilization");
            Note(document, "metrics", new JsonArray([.. metrics.Where(m => m != cpu).Select(m => m?.DeepClone())]));
        }

        Move(document, spec, "behavior");
        if (document.Object("status") is not { } status)
            return document;
        var current = status.Array("currentMetrics")?.FirstOrDefault(IsCpuUtilization).Object("resource").Object("current");
        if (current.Integer("averageUtilization") is { } percent)
            status["currentCPUUtilizationPercentage"] = percent;
        Note(document, "current-metrics", status["currentMetrics"]?.DeepClone());
        status.Remove("currentMetrics");
        Move(document, status, "conditions");
        return document;
    }

    private static JsonObject ToKept(JsonObject document)
    {
        var kept = (JsonObject)document.DeepClone();
        kept["apiVersion"] = Kept.Gvk.ApiVersion;
        var spec = kept.Ensure("spec");
        var metrics = new JsonArray();
        if (spec.Integer("targetCPUUtilizationPercentage") is { } percent)
        {
            var target = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = percent };
            metrics.Add(new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = target } });
        }

        spec.Remove("targetCPUUtilizationPercentage");
        foreach (var other in Take(kept, "metrics") as JsonArray ?? [])
            metrics.Add(other?.DeepClone());
        if (metrics.Count > 0)
            spec["metrics"] = metrics;
        if (Take(kept, "behavior") is JsonObject behavior)
            spec["behavior"] = behavior;
        var current = Take(kept, "current-metrics");
        var conditions = Take(kept, "conditions");
        if (kept.Object("status") is not { } status)
            return kept;
        status.Remove("currentCPUUtilizationPercentage");
        if (current is JsonArray)
            status["currentMetrics"] = current;
        if (conditions is JsonArray)
            status["conditions"] = conditions;
        return kept;
    }

    private static bool IsCpuUtilization(JsonNode? metric) =>
        metric.Text("type") == "Resource" && metric.Object("resource").Text("name") == "cpu"
        && (metric.Object("resource").Object("target") ?? metric.Object("resource").Object("current")).Integer("averageUtilization") is not null;

    private static void Move(JsonObject document, JsonObject from, string field)
    {
        Note(document, field, from[field]?.DeepClone());
        from.Remove(field);
    }

    private static void Note(JsonObject document, string name, JsonNode? value)
    {
        if (value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
            return;
        document.Ensure("metadata").Ensure("annotations")[Prefix + name] = System.Text.Encoding.UTF8.GetString(JsonText.ToUtf8(value));
    }

    private static JsonNode? Take(JsonObject document, string name)
    {
        var annotations = document.Object("metadata").Object("annotations");
        if (annotations.Text(Prefix + name) is not { } text)
            return null;
        annotations!.Remove(Prefix + name);
        if (annotations.Count == 0)
            document.Object("metadata")!.Remove("annotations");
        try
        {
            return DocumentReader.ReadNode(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (DecodeException)
        {
            // A client wrote something else there: it means nothing.
            return null;
        }
    }
}
