using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>What kinds with a selector over a pod template have in common.</summary>
internal static class WorkloadRules
{
    public static void Selector(JsonObject? spec, FieldErrors errors)
    {
        var selector = spec.Object("selector");
        if (selector is null)
        {
            errors.Required("spec.selector");
            return;
        }

        if (selector.Object("matchLabels") is not { Count: > 0 } && selector.Array("matchExpressions") is not { Count: > 0 })
            errors.Invalid("spec.selector", "{}", "empty selector is invalid for deployment");
        ObjectMetadata.Keys(selector.Object("matchLabels"), "spec.selector.matchLabels", errors, values: true);
        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (spec.Object("template") is not null && !Matches(selector, labels))
            errors.Invalid("spec.template.metadata.labels", Columns.Labels(labels), "`selector` does not match template `labels`");
    }

    public static void SelectorImmutable(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(document.Object("spec")?["selector"], old.Object("spec")?["selector"]))
            errors.Immutable("spec.selector", Columns.Selector(document.Object("spec").Object("selector")));
    }

    public static bool Matches(JsonObject selector, JsonObject? labels)
    {
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
        {
            if (labels.Text(key) != value.AsText())
                return false;
        }

        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var have = labels.Text(expression.Text("key") ?? "");
            var holds = expression.Text("operator") switch
            {
                "In" => have is not null && expression.Texts("values").Contains(have),
                "NotIn" => have is null || !expression.Texts("values").Contains(have),
                "Exists" => have is not null,
                "DoesNotExist" => have is null,
                _ => false,
            };
            if (!holds)
                return false;
        }

        return true;
    }

    public static string Names(JsonObject o) => string.Join(',', o.Object("spec").Object("template").Object("spec").Objects("containers").Select(c => c.Text("name")));

    public static string Images(JsonObject o) => string.Join(',', o.Object("spec").Object("template").Object("spec").Objects("containers").Select(c => c.Text("image")));
}
