using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>Writes into the status of every ResourceQuota what is used; at most once a second each, and only when it has changed.</summary>
internal sealed class QuotaStatus(ObjectRegistry registry, ResourceCatalog catalog, QuotaUsage usages, TimeProvider time, ILogger<QuotaStatus> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly WriteOptions Writing = new("kube-controller-manager", false, false, "status", UserInfo.System);
    private readonly ResourceKind _kind = catalog.Get<ResourceQuotaKind>();
    private long _seen = -1;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                await WriteAllAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        // Nothing was written: nothing can have changed. Of several server processes the one that leads writes.
        var revision = registry.Store.Revision;
        if (revision == _seen || !registry.Store.Leads)
            return;
        foreach (var stored in registry.Store.List(_kind.StorageResource, null).Items)
        {
            try
            {
                await WriteAsync(stored, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ApiStatusException or StoreUnavailableException)
            {
                Log.QuotaStatusFailed(logger, stored.Key.Namespace, stored.Key.Name, e);
                return;
            }
        }

        _seen = revision;
    }

    private async ValueTask WriteAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        var quota = DocumentReader.Read(stored.Json.Span);
        JsonObject used;
        lock (usages.Lock)
            used = new JsonObject(usages.Used(stored.Key.Namespace, quota.Object("spec")).Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value.ToString())));
        var status = new JsonObject { ["hard"] = quota.Object("spec").Object("hard")?.DeepClone() ?? new JsonObject(), ["used"] = used };
        if (JsonNode.DeepEquals(quota["status"], status))
            return;
        try
        {
            await registry.UpdateAsync(_kind, stored.Key, live => { live["status"] = status.DeepClone(); return live; }, Writing, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Reason == "NotFound")
        {
            // Deleted meanwhile.
        }
    }
}
