using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>How fast a horizontal pod autoscaler may go: defaults and rules.</summary>
internal static class AutoscalerBehavior
{
    public static void Default(JsonObject behavior)
    {
        foreach (var direction in (ReadOnlySpan<string>)["scaleUp", "scaleDown"])
        {
            if (behavior.Object(direction) is not { } rules)
                continue;
            var up = direction == "scaleUp";
            rules.SetDefault("selectPolicy", "Max");
            if (up)
                rules.SetDefault("stabilizationWindowSeconds", 0L);
            if (rules.Array("policies") is { Count: > 0 })
                continue;
            rules["policies"] = up ? new JsonArray(Policy("Pods", 4), Policy("Percent", 100)) : new JsonArray(Policy("Percent", 100));
        }
    }

    public static void Validate(JsonObject behavior, FieldErrors errors)
    {
        foreach (var direction in (ReadOnlySpan<string>)["scaleUp", "scaleDown"])
        {
            if (behavior.Object(direction) is not { } rules)
                continue;
            var at = $"spec.behavior.{direction}";
            var window = rules.Integer("stabilizationWindowSeconds");
            errors.NotNegative($"{at}.stabilizationWindowSeconds", window);
            if (window > 3600)
                errors.Invalid($"{at}.stabilizationWindowSeconds", window, "must be less than or equal to 3600");
            errors.OneOf($"{at}.selectPolicy", rules.Text("selectPolicy"), "Disabled", "Max", "Min");
            var i = 0;
            foreach (var policy in rules.Objects("policies"))
            {
                var field = $"{at}.policies[{i++}]";
                errors.OneOf($"{field}.type", policy.Text("type") ?? "", "Percent", "Pods");
                if ((policy.Integer("value") ?? 0) <= 0)
                    errors.Invalid($"{field}.value", policy.Integer("value") ?? 0, "must be greater than zero");
                if ((policy.Integer("periodSeconds") ?? 0) <= 0)
                    errors.Invalid($"{field}.periodSeconds", policy.Integer("periodSeconds") ?? 0, "must be greater than zero");
                else if (policy.Integer("periodSeconds") > 1800)
                    errors.Invalid($"{field}.periodSeconds", policy.Integer("periodSeconds"), "must be less than or equal to 1800");
            }
        }
    }

    private static JsonObject Policy(string type, long value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15L };
}
