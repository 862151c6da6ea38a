using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

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
}
