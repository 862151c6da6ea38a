using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Limit ranges.</summary>
internal sealed class LimitRangeKind() : ResourceKind("", "v1", "LimitRange", "limitranges", typeof(V1LimitRange))
{
    public override IReadOnlyList<string> ShortNames => ["limits"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Created At", (o, _) => o.Object("metadata").Text("creationTimestamp")) { Type = "date" },
    ];
}
