using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Endpoints.</summary>
internal sealed class EndpointsKind() : ResourceKind("", "v1", "Endpoints", "endpoints", typeof(V1Endpoints))
{
    public override IReadOnlyList<string> ShortNames => ["ep"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Endpoints", Addresses),
        Registry.Columns.Age,
    ];

    private static JsonNode? Addresses(JsonObject endpoints)
    {
        var all = endpoints.Objects("subsets").SelectMany(s => s.Objects("addresses").SelectMany(a => s.Objects("ports").Select(p => string.Create(CultureInfo.InvariantCulture, $"{a.Text("ip")}:{p.Integer("port")}")))).ToArray();
        return all.Length switch
        {
            0 => "<none>",
            <= 3 => string.Join(',', all),
            _ => $"{string.Join(',', all.Take(3))} + {all.Length - 3} more...",
        };
    }
}
