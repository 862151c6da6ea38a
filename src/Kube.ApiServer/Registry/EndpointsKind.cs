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

    public override void Default(JsonObject document)
    {
        foreach (var port in document.Objects("subsets").SelectMany(s => s.Objects("ports")))
            port.SetDefault("protocol", "TCP");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var i = 0;
        foreach (var subset in document.Objects("subsets"))
        {
            var at = $"subsets[{i++}]";
            if (subset.Array("addresses") is not { Count: > 0 } && subset.Array("notReadyAddresses") is not { Count: > 0 })
                errors.Required(at, "must specify `addresses` or `notReadyAddresses`");
            foreach (var list in (ReadOnlySpan<string>)["addresses", "notReadyAddresses"])
            {
                var a = 0;
                foreach (var address in subset.Objects(list))
                {
                    var ip = address.Text("ip") ?? "";
                    if (!System.Net.IPAddress.TryParse(ip, out var parsed))
                        errors.Invalid($"{at}.{list}[{a}].ip", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
                    else if (System.Net.IPAddress.IsLoopback(parsed))
                        errors.Invalid($"{at}.{list}[{a}].ip", ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
                    a++;
                }
            }

            var p = 0;
            var several = subset.Array("ports")?.Count > 1;
            foreach (var port in subset.Objects("ports"))
            {
                var field = $"{at}.ports[{p++}]";
                errors.Between($"{field}.port", port.Integer("port") ?? 0, 1, 65535);
                if (several && string.IsNullOrEmpty(port.Text("name")))
                    errors.Required($"{field}.name");
            }
        }
    }
}
