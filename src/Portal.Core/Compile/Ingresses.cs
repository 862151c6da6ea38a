using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles how the web process is reached.</summary>
internal static class Ingresses
{
    // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary: the embedded ingress reads the same.
    private const string Canary = "nginx.ingress.kubernetes.io/canary";
    private const string CanaryWeight = "nginx.ingress.kubernetes.io/canary-weight";

    public static KubeObject Of(CompileInput input)
    {
        var ingress = Rules(input, input.App, ObjectNames.Service(input.App, "web"));
        var tls = input.Certificates.Select(certificate => (JsonNode?)new JsonObject
        {
            ["hosts"] = new JsonArray(certificate.Host),
            ["secretName"] = NameOf(input, certificate),
        }).ToList();
        if (tls.Count > 0) ingress.Body["spec"]!["tls"] = new JsonArray([.. tls]);
        return ingress;
    }

    /// <summary>The share of the traffic that the second set of web instances gets.</summary>
    /// <param name="input">The release.</param>
    /// <param name="weight">In percent, 0 to 100.</param>
    public static KubeObject Candidate(CompileInput input, int weight)
    {
        var ingress = Rules(input, ObjectNames.Candidate(input.App), ObjectNames.Candidate(input.App));
        ingress.Body["metadata"]!["annotations"] = new JsonObject { [Canary] = "true", [CanaryWeight] = Names.Number(weight) };
        return ingress;
    }

    /// <summary>The certificate of a domain, stored as the chain in PEM followed by the key.</summary>
    public static KubeObject Certificate(CompileInput input, (string Host, string Key, int Version) certificate)
    {
        var (chain, key) = CertificateText.Split(input.SecretValues.TryGetValue(certificate.Key, out var value) ? value.Reveal() : "");
        return Compiler.Object(input, "v1", "Secret", NameOf(input, certificate),
        [
            ("type", "kubernetes.io/tls"),
            ("data", new JsonObject
            {
                ["tls.crt"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(chain)),
                ["tls.key"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(key)),
            }),
        ]);
    }

    private static string NameOf(CompileInput input, (string Host, string Key, int Version) certificate) =>
        ObjectNames.Certificate(input.App, Names.Digest($"{certificate.Host}={certificate.Version}"));

    private static KubeObject Rules(CompileInput input, string name, string service)
    {
        var spec = new JsonObject();
        if (input.IngressClass is { } controller) spec["ingressClassName"] = controller;
        spec["rules"] = new JsonArray([.. input.Spec.Domains.Order(StringComparer.Ordinal).Prepend(input.Host).Select(host => new JsonObject
        {
            ["host"] = host,
            ["http"] = new JsonObject
            {
                ["paths"] = new JsonArray(new JsonObject
                {
                    ["path"] = "/",
                    ["pathType"] = "Prefix",
                    ["backend"] = new JsonObject
                    {
                        ["service"] = new JsonObject { ["name"] = service, ["port"] = new JsonObject { ["name"] = "http" } },
                    },
                }),
            },
        })]);
        return Compiler.Object(input, "networking.k8s.io/v1", "Ingress", name, [("spec", spec)]);
    }
}
