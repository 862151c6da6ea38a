using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>EndpointSlices.</summary>
internal sealed class EndpointSliceKind() : ResourceKind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", typeof(V1EndpointSlice))
{
    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("AddressType", "addressType"),
        Registry.Columns.Of("Ports", o => Join(o.Objects("ports").Select(p => p.Integer("port")?.ToString(CultureInfo.InvariantCulture)))),
        Registry.Columns.Of("Endpoints", o => Join(o.Objects("endpoints").SelectMany(e => e.Texts("addresses")))),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        foreach (var port in document.Objects("ports"))
        {
            port.SetDefault("name", "");
            port.SetDefault("protocol", "TCP");
        }
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(document.Text("addressType")))
            errors.Required("addressType");
        errors.OneOf("addressType", document.Text("addressType"), "FQDN", "IPv4", "IPv6");
        var i = 0;
        foreach (var endpoint in document.Objects("endpoints"))
        {
            if (endpoint.Array("addresses") is not { Count: > 0 })
                errors.Required($"endpoints[{i}].addresses", "must contain at least 1 address");
            i++;
        }
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Text("addressType") != old.Text("addressType"))
            errors.Immutable("addressType", document.Text("addressType"));
    }

    private static string Join(IEnumerable<string?> values)
    {
        var all = values.ToArray();
        return all.Length switch
        {
            0 => "<unset>",
            <= 3 => string.Join(',', all),
            _ => $"{string.Join(',', all.Take(3))} + {all.Length - 3} more...",
        };
    }
}
