using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Network policies.</summary>
internal sealed class NetworkPolicyKind() : ResourceKind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", typeof(V1NetworkPolicy))
{
    public override IReadOnlyList<string> ShortNames => ["netpol"];

    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Pod-Selector", o => Registry.Columns.Selector(o.Object("spec").Object("podSelector"))),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        if (spec["podSelector"] is null)
            spec["podSelector"] = new JsonObject();
        if (spec["policyTypes"] is null)
            spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(r => r.Objects("ports")))
            port.SetDefault("protocol", "TCP");
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var types = spec.Texts("policyTypes").ToArray();
        if (types.Length > 2)
            errors.Invalid("spec.policyTypes", string.Join(' ', types), "may not specify more than two policyTypes");
        for (var i = 0; i < types.Length; i++)
            errors.OneOf($"spec.policyTypes[{i}]", types[i], "Egress", "Ingress");
        foreach (var (direction, peers) in (ReadOnlySpan<(string, string)>)[("ingress", "from"), ("egress", "to")])
        {
            var i = 0;
            foreach (var rule in spec.Objects(direction))
                Rule(rule, peers, $"spec.{direction}[{i++}]", errors);
        }
    }

    private static void Rule(JsonObject rule, string peers, string at, FieldErrors errors)
    {
        var i = 0;
        foreach (var port in rule.Objects("ports"))
        {
            var field = $"{at}.ports[{i++}]";
            if (port["port"].AsText() is { } name)
                errors.Check($"{field}.port", name, NameRules.PortName(name));
            errors.Between($"{field}.port", port["port"].AsInteger(), 1, 65535);
            if (port.Integer("endPort") is not { } end)
                continue;
            if (port["port"].AsInteger() is not { } start)
                errors.Required($"{field}.endPort", "may not be specified when `port` is not an integer");
            else if (end < start)
                errors.Invalid($"{field}.endPort", end, "must be greater than or equal to `port`");
        }

        i = 0;
        foreach (var peer in rule.Objects(peers))
        {
            var field = $"{at}.{peers}[{i++}]";
            var selectors = peer["podSelector"] is not null || peer["namespaceSelector"] is not null;
            if (peer["ipBlock"] is not null && selectors)
                errors.Forbidden(field, "may not specify both ipBlock and another peer");
            else if (peer["ipBlock"] is null && !selectors)
                errors.Required(field, "must specify a peer");
        }
    }
}
