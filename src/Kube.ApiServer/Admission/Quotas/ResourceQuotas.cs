using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>Refuses what would exceed a namespace's ResourceQuota; see https://kubernetes.io/docs/concepts/policy/resource-quotas/.</summary>
internal sealed class ResourceQuotas(IObjectStore store, QuotaUsage usages) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (!request.CountsQuota || request.Operation == AdmissionOperation.Delete || !request.Kind.Namespaced || request.Subresource.Length > 0 || request.Object is not { } document)
            return;
        // Only services and claims come to need more by a change.
        var resource = request.Kind.StorageResource;
        if (request.Operation == AdmissionOperation.Update && resource is not ("services" or "persistentvolumeclaims"))
            return;
        var quotas = store.List("resourcequotas", request.Namespace);
        if (quotas.Count == 0)
            return;
        var usage = UsageReader.Read(resource, document);
        var counted = false;
        lock (usages.Lock)
        {
            foreach (var stored in quotas.Items)
                counted |= Check(request, document, usage, DocumentReader.Read(stored.Json.Span).Object("spec"), stored.Key.Name);
            if (counted && !request.DryRun)
                usages.Of(resource).Expect(request.Namespace, request.Name, usage);
        }
    }

    // True when the quota counts this kind.
    private bool Check(AdmissionRequest request, JsonObject document, ObjectUsage usage, JsonObject? quota, string name)
    {
        var resource = request.Kind.StorageResource;
        var scoped = QuotaUsage.Scoped(quota);
        if (scoped is not null && usage.Scope?.IsIn(scoped) != true)
            return false;
        string[] limited = [.. (quota.Object("hard") ?? []).Select(h => h.Key).Where(n => UsageReader.ResourceOf(n) == resource).Order(StringComparer.Ordinal)];
        if (limited.Length == 0)
            return false;
        if (resource == "pods")
            Demand(request, document, limited, name);
        var ledger = usages.Of(resource);
        var before = request.Old is null ? null : UsageReader.Read(resource, request.Old);
        var over = new List<(string Name, Quantity Asked, Quantity Used, Quantity Hard)>();
        foreach (var item in limited)
        {
            var asked = usage.Amounts.GetValueOrDefault(item);
            if (asked <= (before?.Amounts.GetValueOrDefault(item) ?? default))
                continue;
            var hard = Quantity.Parse(quota.Object("hard").Text(item) ?? "0");
            var used = ledger.Used(request.Namespace, item, scoped, request.Name);
            if (used + asked > hard)
                over.Add((item, asked, used, hard));
        }

        if (over.Count > 0)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"exceeded quota: {name}, requested: {Show(over.Select(o => (o.Name, o.Asked)))}, used: {Show(over.Select(o => (o.Name, o.Used)))}, limited: {Show(over.Select(o => (o.Name, o.Hard)))}");
        return true;
    }

    private static string Show(IEnumerable<(string Name, Quantity Amount)> amounts) => string.Join(',', amounts.Select(a => $"{a.Name}={a.Amount}"));

    // What a quota counts, every container must say.
    private static void Demand(AdmissionRequest request, JsonObject document, string[] limited, string name)
    {
        var missing = limited.Select(item => (Item: item, Containers: string.Join(',', UsageReader.Silent(document.Object("spec"), item)))).Where(m => m.Containers.Length > 0).Select(m => $"{m.Item} for: {m.Containers}").ToArray();
        if (missing.Length > 0)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"failed quota: {name}: must specify {string.Join("; ", missing)}");
    }
}
