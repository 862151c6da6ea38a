using System.Globalization;
using System.Net.Sockets;
using System.Net;
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
            if (endpoint.Array("addresses") is not { Count: > 0 } addresses)
                errors.Required($"endpoints[{i}].addresses", "must contain at least 1 address");
            else if (addresses.Count > 100)
                errors.Add(new("FieldValueTooMany", $"Too many: {addresses.Count}: must have at most 100 items", $"endpoints[{i}].addresses"));
            var a = 0;
            foreach (var address in endpoint.Texts("addresses"))
                Address(document.Text("addressType"), address, $"endpoints[{i}].addresses[{a++}]", errors);
            i++;
        }

        if (i > 1000)
            errors.Add(new("FieldValueTooMany", $"Too many: {i}: must have at most 1000 items", "endpoints"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        var p = 0;
        foreach (var port in document.Objects("ports"))
        {
            if (!names.Add(port.Text("name") ?? ""))
                errors.Duplicate($"ports[{p}].name", port.Text("name") ?? "");
            errors.Between($"ports[{p}].port", port.Integer("port"), 1, 65535);
            p++;
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

    private static void Address(string? type, string address, string at, FieldErrors errors)
    {
        var family = type switch { "IPv4" => AddressFamily.InterNetwork, "IPv6" => AddressFamily.InterNetworkV6, _ => AddressFamily.Unspecified };
        if (type == "FQDN")
            errors.Check(at, address, NameRules.Subdomain(address));
        else if (family != AddressFamily.Unspecified && (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != family))
            errors.Invalid(at, address, $"must be a valid {type} address");
    }
}
