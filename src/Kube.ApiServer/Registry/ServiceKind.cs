using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Services. Addresses and node ports are given by <see cref="Admission.ServiceAddresses"/>.</summary>
internal sealed class ServiceKind() : ResourceKind("", "v1", "Service", "services", typeof(V1Service))
{
    public override IReadOnlyList<string> ShortNames => ["svc"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<string> SelectableFields => ["spec.clusterIP", "spec.type"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Type", "spec.type"),
        Registry.Columns.Text("Cluster-IP", "spec.clusterIP"),
        Registry.Columns.Of("External-IP", External),
        Registry.Columns.Of("Port(s)", Ports),
        Registry.Columns.Age,
        Registry.Columns.Wide("Selector", o => Registry.Columns.Labels(o.Object("spec").Object("selector"))),
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("type", "ClusterIP");
        spec.SetDefault("sessionAffinity", "None");
        if (spec.Text("type") == "ExternalName")
            return;
        spec.SetDefault("ipFamilies", new JsonArray("IPv4"));
        spec.SetDefault("ipFamilyPolicy", "SingleStack");
        spec.SetDefault("internalTrafficPolicy", "Cluster");
        if (spec.Text("type") is "NodePort" or "LoadBalancer")
            spec.SetDefault("externalTrafficPolicy", "Cluster");
        if (spec.Text("type") == "LoadBalancer")
            spec.SetDefault("allocateLoadBalancerNodePorts", true);
        if (spec.Text("sessionAffinity") == "ClientIP")
            spec.Ensure("sessionAffinityConfig").Ensure("clientIP").SetDefault("timeoutSeconds", 10800L);
        foreach (var port in spec.Objects("ports"))
        {
            port.SetDefault("protocol", "TCP");
            port.SetDefault("targetPort", port["port"]?.DeepClone());
        }
    }

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };

    // Clients that send the whole object without the addresses keep the ones it has.
    public override void PrepareForUpdate(JsonObject document, JsonObject old)
    {
        var spec = document.Ensure("spec");
        var before = old.Object("spec");
        if (spec.Text("type") == "ExternalName" || before.Text("type") == "ExternalName")
            return;
        if (string.IsNullOrEmpty(spec.Text("clusterIP")) && before?["clusterIP"] is { } address)
            spec["clusterIP"] = address.DeepClone();
        if (spec["clusterIPs"] is null && before?["clusterIPs"] is { } addresses)
            spec["clusterIPs"] = addresses.DeepClone();
        if (spec.Text("type") is not ("NodePort" or "LoadBalancer"))
            return;
        foreach (var port in spec.Objects("ports").Where(p => (p.Integer("nodePort") ?? 0) == 0))
        {
            var same = before.Objects("ports").FirstOrDefault(p => p.Integer("port") == port.Integer("port") && p.Text("protocol") == port.Text("protocol"));
            if (same.Integer("nodePort") is { } kept)
                port["nodePort"] = kept;
        }
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var type = spec.Text("type");
        errors.OneOf("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        errors.OneOf("spec.sessionAffinity", spec.Text("sessionAffinity"), "ClientIP", "None");
        ObjectMetadata.Keys(spec.Object("selector"), "spec.selector", errors, values: true);
        if (type == "ExternalName")
        {
            var name = spec.Text("externalName") ?? "";
            if (name.Length == 0)
                errors.Required("spec.externalName");
            else
                errors.Check("spec.externalName", name, NameRules.Subdomain(name.TrimEnd('.')));
            return;
        }

        if (spec.Array("ports") is not { Count: > 0 } && spec.Text("clusterIP") != "None")
            errors.Required("spec.ports");
        PortList(spec, errors);
        if (spec?["externalTrafficPolicy"] is not null && type is not ("NodePort" or "LoadBalancer"))
            errors.Invalid("spec.externalTrafficPolicy", spec.Text("externalTrafficPolicy"), "may only be set for externally-accessible services");
        if (type != "LoadBalancer" && spec?["loadBalancerClass"] is not null)
            errors.Forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
        errors.Between("spec.sessionAffinityConfig.clientIP.timeoutSeconds", spec.Object("sessionAffinityConfig").Object("clientIP").Integer("timeoutSeconds"), 1, 86400);
        if (spec.Text("sessionAffinity") == "None" && spec.Object("sessionAffinityConfig") is not null)
            errors.Forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None");
        if (spec.Text("clusterIP") is { Length: > 0 } address and not "None" && !System.Net.IPAddress.TryParse(address, out _))
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        if (type is "NodePort" or "LoadBalancer" && spec.Text("clusterIP") == "None")
            errors.Invalid("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {type} services");
        if (spec.Array("externalIPs") is { Count: > 0 })
            errors.Forbidden("spec.externalIPs", "external addresses are not offered: they let a tenant take over foreign traffic");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var before = old.Object("spec").Text("clusterIP");
        var now = document.Object("spec").Text("clusterIP");
        if (document.Object("spec").Text("type") != "ExternalName" && old.Object("spec").Text("type") != "ExternalName" && !string.IsNullOrEmpty(before) && before != now)
            errors.Immutable("spec.clusterIPs[0]", now);
    }

    public override string? ValidateName(string name) => NameRules.Label1035(name);

    private static void PortList(JsonObject? spec, FieldErrors errors)
    {
        var i = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(long?, string?)>();
        var count = spec.Array("ports")?.Count ?? 0;
        foreach (var port in spec.Objects("ports"))
        {
            var at = $"spec.ports[{i++}]";
            var name = port.Text("name") ?? "";
            if (name.Length == 0 && count > 1)
                errors.Required($"{at}.name");
            else if (name.Length > 0 && NameRules.Label(name) is { } wrong)
                errors.Invalid($"{at}.name", name, wrong);
            else if (name.Length > 0 && !names.Add(name))
                errors.Duplicate($"{at}.name", name);
            var number = port.Integer("port") ?? 0;
            if (number is < 1 or > 65535)
                errors.Invalid($"{at}.port", number, "must be between 1 and 65535, inclusive");
            else if (!numbers.Add((number, port.Text("protocol"))))
                errors.Duplicate($"{at}", number);
            errors.OneOf($"{at}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
            if (port["targetPort"].AsInteger() is { } target and (< 1 or > 65535))
                errors.Invalid($"{at}.targetPort", target, "must be between 1 and 65535, inclusive");
            if (port.Integer("nodePort") is > 0 && spec.Text("type") == "ClusterIP")
                errors.Forbidden($"{at}.nodePort", "may not be used when `type` is 'ClusterIP'");
        }
    }

    private static JsonNode? External(JsonObject service)
    {
        var spec = service.Object("spec");
        if (spec.Text("type") == "ExternalName")
            return spec.Text("externalName");
        var addresses = service.Object("status").Object("loadBalancer").Objects("ingress").Select(i => i.Text("ip") ?? i.Text("hostname")).Concat(spec.Texts("externalIPs")).ToArray();
        return addresses.Length > 0 ? string.Join(',', addresses) : spec.Text("type") == "LoadBalancer" ? "<pending>" : "<none>";
    }

    private static JsonNode? Ports(JsonObject service)
    {
        var ports = service.Object("spec").Objects("ports").Select(p => (p.Integer("nodePort") ?? 0) > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{p.Integer("port")}:{p.Integer("nodePort")}/{p.Text("protocol")}")
            : string.Create(CultureInfo.InvariantCulture, $"{p.Integer("port")}/{p.Text("protocol")}")).ToArray();
        return ports.Length == 0 ? "<none>" : string.Join(',', ports);
    }
}
