using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Certificate signing requests. Who asks is stamped by the server.</summary>
internal sealed class CertificateSigningRequestKind() : ResourceKind("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", typeof(V1CertificateSigningRequest))
{
    public override IReadOnlyList<string> ShortNames => ["csr"];

    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<Subresource> Subresources => [new("approval", "certificates.k8s.io", "v1", "CertificateSigningRequest", "get", "patch", "update")];

    public override IReadOnlyList<string> SelectableFields => ["spec.signerName"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Age,
        Registry.Columns.Text("SignerName", "spec.signerName"),
        Registry.Columns.Text("Requestor", "spec.username"),
        Registry.Columns.Of("RequestedDuration", o => o.Object("spec").Integer("expirationSeconds") is { } seconds ? Registry.Columns.Duration(TimeSpan.FromSeconds(seconds)) : "<none>"),
        Registry.Columns.Of("Condition", Condition),
    ];

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        if (string.IsNullOrEmpty(spec.Text("request")))
            errors.Required("spec.request");
        if (spec.Text("signerName") is not { Length: > 0 } signer || !signer.Contains('/', StringComparison.Ordinal))
            errors.Required("spec.signerName", "must be of the form domain/name");
        if (spec.Array("usages") is not { Count: > 0 })
            errors.Required("spec.usages");
        if (spec.Integer("expirationSeconds") is < 600)
            errors.Invalid("spec.expirationSeconds", spec.Integer("expirationSeconds"), "may not specify a duration less than 600 seconds (10 minutes)");
    }

    public override void PrepareForUpdate(JsonObject document, JsonObject old) => document["spec"] = old["spec"]?.DeepClone();

    private static JsonNode? Condition(JsonObject request)
    {
        var status = request.Object("status");
        var conditions = status.Objects("conditions").Select(c => c.Text("type")).ToList();
        if (conditions.Count == 0)
            conditions.Add("Pending");
        if (!string.IsNullOrEmpty(status.Text("certificate")))
            conditions.Add("Issued");
        return string.Join(',', conditions);
    }
}
