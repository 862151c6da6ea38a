using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Refuses what would exceed a namespace's ResourceQuota. Usage is counted from what is stored plus what was admitted a moment ago and is still on
/// its way into the store, so parallel creates cannot slip past each other.
/// </summary>
internal sealed class ResourceQuotas(IObjectStore store, TimeProvider time) : IAdmission
{
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(10);
    private static readonly string[] CountedByName = ["pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas"];
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, (JsonObject Document, DateTimeOffset Until)> _admitted = [];

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || !request.Kind.Namespaced || request.Object is not { } document || request.Subresource.Length > 0)
            return;
        var quotas = store.List("resourcequotas", request.Namespace);
        if (quotas.Count == 0)
            return;
        lock (_lock)
        {
            Forget();
            foreach (var stored in quotas.Items)
                Check(request, document, DocumentReader.Read(stored.Json.Span), stored.Key.Name);
            if (!request.DryRun)
                _admitted[new ObjectKey(request.Kind.StorageResource, request.Namespace, request.Name)] = ((JsonObject)document.DeepClone(), time.GetUtcNow() + OnItsWay);
        }
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var key in _admitted.Where(a => a.Value.Until <= now || store.Get(a.Key) is not null).Select(a => a.Key).ToArray())
            _admitted.Remove(key);
    }

    private void Check(AdmissionRequest request, JsonObject document, JsonObject quota, string name)
    {
        var refused = new List<(string Name, Quantity Asked, Quantity Used, Quantity Hard)>();
        foreach (var (resource, limit) in quota.Object("spec").Object("hard") ?? [])
        {
            if (Amount(request.Kind.StorageResource, document, resource) is not { } asked)
                continue;
            if (request.Kind.StorageResource == "pods" && asked == default && !resource.StartsWith("count/", StringComparison.Ordinal) && resource != "pods")
                throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"failed quota: {name}: must specify {resource} for: {string.Join(',', document.Object("spec").Objects("containers").Select(c => c.Text("name")))}");
            var hard = Quantity.Parse(limit.AsText() ?? "0");
            var used = Used(request, resource);
            if (asked > default(Quantity) && used + asked > hard)
                refused.Add((resource, asked, used, hard));
        }

        if (refused.Count > 0)
        {
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"exceeded quota: {name}, requested: {string.Join(',', refused.Select(r => $"{r.Name}={r.Asked}"))}, used: {string.Join(',', refused.Select(r => $"{r.Name}={r.Used}"))}, limited: {string.Join(',', refused.Select(r => $"{r.Name}={r.Hard}"))}");
        }
    }

    private Quantity Used(AdmissionRequest request, string resource)
    {
        var sum = default(Quantity);
        foreach (var stored in store.List(request.Kind.StorageResource, request.Namespace).Items)
            sum += Amount(request.Kind.StorageResource, DocumentReader.Read(stored.Json.Span), resource) ?? default;
        foreach (var (key, (document, _)) in _admitted)
        {
            if (key.Resource == request.Kind.StorageResource && key.Namespace == request.Namespace)
                sum += Amount(key.Resource, document, resource) ?? default;
        }

        return sum;
    }

    // What an object takes of a quota's resource: null when the quota does not concern its kind.
    private static Quantity? Amount(string kind, JsonObject document, string resource)
    {
        if (resource == $"count/{kind}" || (resource == kind && CountedByName.Contains(kind)))
            return IsOver(kind, document) ? default : Quantity.FromValue(1);
        if (kind == "services" && resource == "services.nodeports")
            return Quantity.FromValue(document.Object("spec").Objects("ports").Count(_ => document.Object("spec").Text("type") is "NodePort" or "LoadBalancer"));
        if (kind == "persistentvolumeclaims" && resource == "requests.storage")
            return Quantity.TryParse(document.Object("spec").Object("resources").Object("requests").Text("storage"), out var storage) ? storage : default(Quantity);
        if (kind != "pods")
            return null;
        var (list, name) = resource switch
        {
            "cpu" or "memory" => ("requests", resource),
            _ when resource.StartsWith("requests.", StringComparison.Ordinal) => ("requests", resource["requests.".Length..]),
            _ when resource.StartsWith("limits.", StringComparison.Ordinal) => ("limits", resource["limits.".Length..]),
            _ => ("", ""),
        };
        if (name.Length == 0 || name == "storage")
            return null;
        if (IsOver(kind, document))
            return default(Quantity);
        var sum = default(Quantity);
        foreach (var container in document.Object("spec").Objects("containers"))
            sum += Quantity.TryParse(container.Object("resources").Object(list).Text(name), out var value) ? value : default;
        return sum;
    }

    private static bool IsOver(string kind, JsonObject document) => kind == "pods" && (document.Object("status").Text("phase") is "Succeeded" or "Failed");
}
