using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Cluster role bindings.</summary>
internal sealed class ClusterRoleBindingKind() : ResourceKind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", typeof(V1ClusterRoleBinding))
{
    public override bool Namespaced => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Role", o => $"{o.Object("roleRef").Text("kind")}/{o.Object("roleRef").Text("name")}"),
        Registry.Columns.Age,
        Registry.Columns.Wide("Users", o => PolicyRules.Subjects(o, "User")),
        Registry.Columns.Wide("Groups", o => PolicyRules.Subjects(o, "Group")),
        Registry.Columns.Wide("ServiceAccounts", o => PolicyRules.Subjects(o, "ServiceAccount")),
    ];

    public override string? ValidateName(string name) => NameRules.PathSegment(name);

    public override void Default(JsonObject document) => PolicyRules.Default(document);

    public override void Validate(JsonObject document, FieldErrors errors) => PolicyRules.Binding(document, ["ClusterRole"], errors);

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => PolicyRules.BindingUpdate(document, old, errors);
}
