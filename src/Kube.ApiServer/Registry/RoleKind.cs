using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Roles.</summary>
internal sealed class RoleKind() : ResourceKind("rbac.authorization.k8s.io", "v1", "Role", "roles", typeof(V1Role))
{
    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Created At", (o, _) => o.Object("metadata").Text("creationTimestamp")) { Type = "date" },
    ];

    public override string? ValidateName(string name) => NameRules.PathSegment(name);

    public override void Validate(JsonObject document, FieldErrors errors) => PolicyRules.Rules(document, namespaced: true, errors);
}
