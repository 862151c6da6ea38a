using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Secrets.</summary>
internal sealed class SecretKind() : ResourceKind("", "v1", "Secret", "secrets", typeof(V1Secret))
{
    public override IReadOnlyList<string> SelectableFields => ["type"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Type", "type", "Opaque"),
        new("Data", (o, _) => (long)(o.Object("data")?.Count ?? 0)) { Type = "integer" },
        Registry.Columns.Age,
    ];

    // stringData is only a convenience of writing: it is folded into data and never stored.
    public override void Default(JsonObject document)
    {
        document.SetDefault("type", "Opaque");
        if (document.Object("stringData") is not { } texts)
            return;
        document.Remove("stringData");
        foreach (var (key, value) in texts)
            document.Ensure("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        DataRules.Keys(document.Object("data"), "data", errors);
        DataRules.Size(document, "data", ["data"], errors);
        foreach (var key in document.Text("type") switch
        {
            "kubernetes.io/tls" => (string[])["tls.crt", "tls.key"],
            "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
            "kubernetes.io/dockercfg" => [".dockercfg"],
            "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
            _ => [],
        })
        {
            if (document.Object("data")?[key] is null)
                errors.Required($"data[{key}]");
        }
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (document.Text("type") != old.Text("type"))
            errors.Immutable("type", document.Text("type"));
        DataRules.Immutability(document, old, ["data"], errors);
    }
}
