using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Service accounts.</summary>
internal sealed class ServiceAccountKind() : ResourceKind("", "v1", "ServiceAccount", "serviceaccounts", typeof(V1ServiceAccount))
{
    public override IReadOnlyList<string> ShortNames => ["sa"];

    public override IReadOnlyList<Subresource> Subresources => [new("token", "authentication.k8s.io", "v1", "TokenRequest", "create")];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Secrets", (o, _) => (long)(o.Array("secrets")?.Count ?? 0)) { Type = "integer" },
        Registry.Columns.Age,
    ];
}
