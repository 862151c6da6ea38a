using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Which requests belong to which priority level.</summary>
internal sealed class FlowSchemaKind() : ResourceKind("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", typeof(V1FlowSchema))
{
    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("PriorityLevel", "spec.priorityLevelConfiguration.name"),
        Registry.Columns.Number("MatchingPrecedence", "spec.matchingPrecedence"),
        Registry.Columns.Text("DistinguisherMethod", "spec.distinguisherMethod.type"),
        Registry.Columns.Age,
        Registry.Columns.Of("MissingPL", o => o.Object("status").Objects("conditions").FirstOrDefault(c => c.Text("type") == "Dangling").Text("status") ?? "?"),
    ];

    public override void Default(JsonObject document) => document.Ensure("spec").SetDefault("matchingPrecedence", 1000L);

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        if (spec.Integer("matchingPrecedence") is { } precedence && precedence is < 1 or > 10000)
            errors.Invalid("spec.matchingPrecedence", precedence, precedence < 1 ? "must be a positive value" : "must not be greater than 10000");
        if (spec.Object("priorityLevelConfiguration").Text("name") is not { Length: > 0 })
            errors.Required("spec.priorityLevelConfiguration.name", "must reference a priority level");
        if (spec.Object("distinguisherMethod") is { } method)
            errors.OneOf("spec.distinguisherMethod.type", method.Text("type") ?? "", "ByNamespace", "ByUser");
        var i = 0;
        foreach (var rule in spec.Objects("rules"))
        {
            var at = $"spec.rules[{i++}]";
            if (rule.Array("subjects") is not { Count: > 0 })
                errors.Required($"{at}.subjects", "subjects must contain at least one value");
            if (rule.Array("resourceRules") is not { Count: > 0 } && rule.Array("nonResourceRules") is not { Count: > 0 })
                errors.Required(at, "at least one of resourceRules and nonResourceRules has to be non-empty");
            var s = 0;
            foreach (var subject in rule.Objects("subjects"))
                errors.OneOf($"{at}.subjects[{s++}].kind", subject.Text("kind") ?? "", "Group", "ServiceAccount", "User");
        }
    }
}
