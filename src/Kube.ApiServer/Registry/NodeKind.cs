using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Nodes.</summary>
internal sealed class NodeKind() : ResourceKind("", "v1", "Node", "nodes", typeof(V1Node))
{
    private const string RoleLabel = "node-role.kubernetes.io/";

    public override IReadOnlyList<string> ShortNames => ["no"];

    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override bool CreatesWithStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<string> SelectableFields => ["spec.unschedulable"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Status", Status),
        Registry.Columns.Of("Roles", Roles),
        Registry.Columns.Age,
        Registry.Columns.Text("Version", "status.nodeInfo.kubeletVersion", ""),
        Registry.Columns.Wide("Internal-IP", o => Address(o, "InternalIP")),
        Registry.Columns.Wide("External-IP", o => Address(o, "ExternalIP")),
        Registry.Columns.Wide("OS-Image", o => o.Object("status").Object("nodeInfo").Text("osImage") ?? "<unknown>"),
        Registry.Columns.Wide("Kernel-Version", o => o.Object("status").Object("nodeInfo").Text("kernelVersion") ?? "<unknown>"),
        Registry.Columns.Wide("Container-Runtime", o => o.Object("status").Object("nodeInfo").Text("containerRuntimeVersion") ?? "<unknown>"),
    ];

    public override string? FieldValue(ReadOnlyMemory<byte> json, string field) =>
        field == "spec.unschedulable" ? FieldReader.Text(json, field) ?? "false" : null;

    public override void Default(JsonObject document) => document.Ensure("spec");

    // A node registers with its status in the same request.
    public override void PrepareForCreate(JsonObject document) => document.SetDefault("status", new JsonObject());

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var i = 0;
        foreach (var taint in document.Object("spec").Objects("taints"))
        {
            var at = $"spec.taints[{i++}]";
            errors.Check($"{at}.key", taint.Text("key") ?? "", NameRules.QualifiedName(taint.Text("key") ?? ""));
            errors.Check($"{at}.value", taint.Text("value") ?? "", NameRules.LabelValue(taint.Text("value") ?? ""));
            if (string.IsNullOrEmpty(taint.Text("effect")))
                errors.Required($"{at}.effect");
            errors.OneOf($"{at}.effect", taint.Text("effect"), "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var before = old.Object("spec").Text("podCIDR");
        if (!string.IsNullOrEmpty(before) && before != document.Object("spec").Text("podCIDR"))
            errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    }

    private static JsonNode? Status(JsonObject node)
    {
        var ready = node.Object("status").Objects("conditions").FirstOrDefault(c => c.Text("type") == "Ready").Text("status");
        var text = ready switch { "True" => "Ready", null => "Unknown", _ => "NotReady" };
        return node.Object("spec").Flag("unschedulable") == true ? text + ",SchedulingDisabled" : text;
    }

    private static JsonNode? Roles(JsonObject node)
    {
        var roles = (node.Object("metadata").Object("labels") ?? []).Where(l => l.Key.StartsWith(RoleLabel, StringComparison.Ordinal)).Select(l => l.Key[RoleLabel.Length..]).Order(StringComparer.Ordinal).ToArray();
        return roles.Length == 0 ? "<none>" : string.Join(',', roles);
    }

    private static string? Address(JsonObject node, string type) =>
        node.Object("status").Objects("addresses").FirstOrDefault(a => a.Text("type") == type).Text("address");
}
