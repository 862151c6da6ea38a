using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Ingresses.</summary>
internal sealed class IngressKind() : ResourceKind("networking.k8s.io", "v1", "Ingress", "ingresses", typeof(V1Ingress))
{
    public override IReadOnlyList<string> ShortNames => ["ing"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Class", "spec.ingressClassName"),
        Registry.Columns.Of("Hosts", Hosts),
        Registry.Columns.Of("Address", o => string.Join(',', o.Object("status").Object("loadBalancer").Objects("ingress").Select(i => i.Text("ip") ?? i.Text("hostname")))),
        Registry.Columns.Of("Ports", o => o.Object("spec").Array("tls") is { Count: > 0 } ? "80, 443" : "80"),
        Registry.Columns.Age,
    ];

    public override void PrepareForCreate(JsonObject document) => document["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        if (spec.Array("rules") is not { Count: > 0 } && spec.Object("defaultBackend") is null)
            errors.Invalid("spec", "", "either `defaultBackend` or `rules` must be specified");
        if (spec.Text("ingressClassName") is { Length: > 0 } name)
            errors.Check("spec.ingressClassName", name, NameRules.Subdomain(name));
        if (spec.Object("defaultBackend") is { } fallback)
            Backend(fallback, "spec.defaultBackend", errors);
        var i = 0;
        foreach (var rule in spec.Objects("rules"))
            Rule(rule, $"spec.rules[{i++}]", errors);
        var t = 0;
        foreach (var tls in spec.Objects("tls"))
        {
            foreach (var host in tls.Texts("hosts"))
                errors.Check($"spec.tls[{t}].hosts", host, Host(host));
            t++;
        }
    }

    private static void Rule(JsonObject rule, string at, FieldErrors errors)
    {
        if (rule.Text("host") is { Length: > 0 } host)
            errors.Check($"{at}.host", host, Host(host));
        if (rule.Object("http") is not { } http)
            return;
        if (http.Array("paths") is not { Count: > 0 })
            errors.Required($"{at}.http.paths");
        var i = 0;
        foreach (var path in http.Objects("paths"))
        {
            var field = $"{at}.http.paths[{i++}]";
            var type = path.Text("pathType");
            if (string.IsNullOrEmpty(type))
                errors.Required($"{field}.pathType", "pathType must be specified");
            errors.OneOf($"{field}.pathType", type, "Exact", "ImplementationSpecific", "Prefix");
            var value = path.Text("path") ?? "";
            if (type is "Exact" or "Prefix" && !value.StartsWith('/'))
                errors.Invalid($"{field}.path", value, "must be an absolute path");
            if (value.Contains("//", StringComparison.Ordinal) || value.Split('/').Any(p => p is "." or ".."))
                errors.Invalid($"{field}.path", value, "must not contain '//', '/./' or '/../'");
            if (path.Object("backend") is { } backend)
                Backend(backend, $"{field}.backend", errors);
            else
                errors.Required($"{field}.backend");
        }
    }

    private static void Backend(JsonObject backend, string at, FieldErrors errors)
    {
        if (backend.Object("service") is not { } service)
        {
            if (backend.Object("resource") is null)
                errors.Required($"{at}", "resource or service backend is required");
            return;
        }

        if (string.IsNullOrEmpty(service.Text("name")))
            errors.Required($"{at}.service.name");
        else
            errors.Check($"{at}.service.name", service.Text("name")!, NameRules.Label1035(service.Text("name")!));
        var port = service.Object("port");
        if (port.Integer("number") is null == string.IsNullOrEmpty(port.Text("name")))
            errors.Required($"{at}.service.port", "port name or number is required");
    }

    private static string? Host(string host)
    {
        if (System.Net.IPAddress.TryParse(host, out _))
            return "must be a DNS name, not an IP address";
        return NameRules.Subdomain(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host);
    }

    private static JsonNode? Hosts(JsonObject ingress)
    {
        var hosts = ingress.Object("spec").Objects("rules").Select(r => r.Text("host") is { Length: > 0 } host ? host : "*").Distinct().ToArray();
        return hosts.Length == 0 ? "*" : string.Join(',', hosts);
    }
}
