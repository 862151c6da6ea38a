using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Role bindings.</summary>
internal sealed class RoleBindingKind() : ResourceKind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", typeof(V1RoleBinding))
{
    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Role", o => $"{o.Object("roleRef").Text("kind")}/{o.Object("roleRef").Text("name")}"),
        Registry.Columns.Age,
    ];

    public override string? ValidateName(string name) => NameRules.PathSegment(name);

    public override void Default(JsonObject document)
    {
        document.Object("roleRef")?.SetDefault("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in document.Objects("subjects").Where(s => s.Text("kind") is "User" or "Group"))
            subject.SetDefault("apiGroup", "rbac.authorization.k8s.io");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(document.Object("roleRef").Text("name")))
            errors.Required("roleRef.name");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(document["roleRef"], old["roleRef"]))
            errors.Invalid("roleRef", document.Object("roleRef").Text("name"), "cannot change roleRef");
    }
}
