using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Resource quotas.</summary>
internal sealed class ResourceQuotaKind() : ResourceKind("", "v1", "ResourceQuota", "resourcequotas", typeof(V1ResourceQuota))
{
    public override IReadOnlyList<string> ShortNames => ["quota"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Request", o => Usage(o, limits: false)),
        Registry.Columns.Of("Limit", o => Usage(o, limits: true)),
        Registry.Columns.Age,
    ];

    private static JsonNode? Usage(JsonObject quota, bool limits)
    {
        var hard = quota.Object("status").Object("hard") ?? quota.Object("spec").Object("hard") ?? [];
        var used = quota.Object("status").Object("used");
        return string.Join(", ", hard.Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {used.Text(h.Key) ?? "0"}/{h.Value.AsText()}"));
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        foreach (var (name, value) in spec.Object("hard") ?? [])
        {
            errors.Check($"spec.hard[{name}]", name, NameRules.QualifiedName(name));
            if (!Quantity.TryParse(value.AsText(), out var quantity) || quantity < default(Quantity))
                errors.Invalid($"spec.hard[{name}]", value.AsText(), "must be greater than or equal to 0");
        }

        var scopes = spec.Texts("scopes").ToArray();
        foreach (var scope in scopes)
            errors.OneOf("spec.scopes", scope, "BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating");
        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")) || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
            errors.Invalid("spec.scopes", string.Join(' ', scopes), "conflicting scopes");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!document.Object("spec").Texts("scopes").Order(StringComparer.Ordinal).SequenceEqual(old.Object("spec").Texts("scopes").Order(StringComparer.Ordinal)))
            errors.Immutable("spec.scopes", string.Join(' ', document.Object("spec").Texts("scopes")));
    }
}
