using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>The metrics of a horizontal pod autoscaler: their rules, and how <c>kubectl get hpa</c> shows them.</summary>
internal static class AutoscalerMetrics
{
    private static readonly (string Type, string Source)[] Sources =
        [("ContainerResource", "containerResource"), ("External", "external"), ("Object", "object"), ("Pods", "pods"), ("Resource", "resource")];

    public static void Validate(JsonObject? spec, FieldErrors errors)
    {
        var i = 0;
        foreach (var metric in spec.Objects("metrics"))
            Metric(metric, $"spec.metrics[{i++}]", errors);
    }

    public static string Show(JsonObject metric, JsonObject? current)
    {
        var source = Sources.FirstOrDefault(s => s.Type == metric.Text("type")).Source ?? "resource";
        var target = metric.Object(source).Object("target");
        var now = current.Object(source).Object("current");
        var prefix = source is "resource" or "containerResource" ? metric.Object(source).Text("name") + ": " : "";
        if (target.Integer("averageUtilization") is { } percent)
            return $"{prefix}{(now.Integer("averageUtilization") is { } have ? $"{have}%" : "<unknown>")}/{percent}%";
        if (target.Text("averageValue") is { } average)
            return $"{prefix}{now.Text("averageValue") ?? "<unknown>"}/{average}{(source is "external" or "object" ? " (avg)" : "")}";
        return $"{prefix}{now.Text("value") ?? "<unknown>"}/{target.Text("value") ?? "<auto>"}";
    }

    private static void Metric(JsonObject metric, string at, FieldErrors errors)
    {
        var type = metric.Text("type");
        if (string.IsNullOrEmpty(type))
        {
            errors.Required($"{at}.type", "must specify a metric source type");
            return;
        }

        if (Sources.All(s => s.Type != type))
        {
            errors.NotSupported($"{at}.type", type, Sources.Select(s => s.Type));
            return;
        }

        foreach (var (other, field) in Sources)
        {
            if (other == type && metric.Object(field) is null)
                errors.Required($"{at}.{field}", $"must populate information for the given metric source");
            else if (other != type && metric.Object(field) is not null)
                errors.Forbidden($"{at}.{field}", "must populate the given metric source only");
        }

        var source = Sources.First(s => s.Type == type).Source;
        if (metric.Object(source) is not { } body)
            return;
        if (source is "resource" or "containerResource" && string.IsNullOrEmpty(body.Text("name")))
            errors.Required($"{at}.{source}.name", "must specify a resource name");
        if (source == "containerResource" && string.IsNullOrEmpty(body.Text("container")))
            errors.Required($"{at}.{source}.container", "must specify a container");
        if (source is "pods" or "object" or "external" && string.IsNullOrEmpty(body.Object("metric").Text("name")))
            errors.Required($"{at}.{source}.metric.name", "must specify a metric name");
        Target(body.Object("target"), $"{at}.{source}.target", errors);
    }

    private static void Target(JsonObject? target, string at, FieldErrors errors)
    {
        var type = target.Text("type");
        if (string.IsNullOrEmpty(type))
            errors.Required($"{at}.type", "must specify a metric target type");
        errors.OneOf($"{at}.type", string.IsNullOrEmpty(type) ? null : type, "AverageValue", "Utilization", "Value");
        if (target.Integer("averageUtilization") is { } percent && percent < 1)
            errors.Invalid($"{at}.averageUtilization", percent, "must be greater than 0");
        foreach (var field in (ReadOnlySpan<string>)["value", "averageValue"])
        {
            if (target.Text(field) is { } text && Quantity.TryParse(text, out var quantity) && quantity <= default(Quantity))
                errors.Invalid($"{at}.{field}", text, "must be positive");
        }

        if (target is not null && target["averageUtilization"] is null && target["averageValue"] is null && target["value"] is null)
            errors.Required(at, "must set either a target value or a target utilization");
    }
}
