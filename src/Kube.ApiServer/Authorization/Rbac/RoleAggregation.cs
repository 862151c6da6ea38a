using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>
/// Writes into every ClusterRole with an <c>aggregationRule</c> the rules of the ClusterRoles it selects.
/// See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles.
/// </summary>
internal sealed class RoleAggregation(ObjectRegistry registry, ResourceCatalog catalog, TimeProvider time, ILogger<RoleAggregation> logger) : BackgroundService
{
    private static readonly WriteOptions Writing = new("clusterrole-aggregation-controller", false, false, "", UserInfo.System);
    private readonly ResourceKind _kind = catalog.Get<ClusterRoleKind>();

    // Once before the first request, so that nobody meets an empty admin, edit or view.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await AggregateAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var watch = registry.Store.Watch(_kind.StorageResource, null, registry.Store.Revision);
                await AggregateAsync(stoppingToken).ConfigureAwait(false);
                while (true)
                {
                    if ((await watch.ReadAsync(TimeSpan.FromMinutes(10), stoppingToken).ConfigureAwait(false)).Count > 0)
                        await AggregateAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            catch (ExpiredRevisionException)
            {
                // Fell behind: look at everything again.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ApiStatusException or StoreUnavailableException)
            {
                Log.AggregationFailed(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AggregateAsync(CancellationToken cancellationToken)
    {
        // An aggregated role may be part of another (view of edit, edit of admin): again until nothing moves, a chain at most as long as there are roles.
        for (var round = 0; round < 8; round++)
        {
            var roles = registry.Store.List(_kind.StorageResource, null).Items.Select(stored => (stored.Key, Document: DocumentReader.Read(stored.Json.Span))).ToArray();
            var moved = false;
            foreach (var (key, role) in roles.Where(r => r.Document.Object("aggregationRule") is not null))
            {
                var rules = Gather(role, key.Name, roles.Select(r => r.Document));
                if (JsonNode.DeepEquals(rules, role["rules"] ?? new JsonArray()))
                    continue;
                moved = true;
                await WriteAsync(key, rules, cancellationToken).ConfigureAwait(false);
            }

            if (!moved)
                return;
        }
    }

    private async Task WriteAsync(ObjectKey key, JsonArray rules, CancellationToken cancellationToken)
    {
        try
        {
            await registry.UpdateAsync(_kind, key, live => { live["rules"] = rules.DeepClone(); return live; }, Writing, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Reason == "NotFound")
        {
            // Deleted meanwhile.
        }
    }

    private static JsonArray Gather(JsonObject role, string name, IEnumerable<JsonObject> all)
    {
        var rules = new List<JsonObject>();
        var selectors = role.Object("aggregationRule").Objects("clusterRoleSelectors").ToArray();
        foreach (var other in all.Where(o => o.Object("metadata").Text("name") != name && selectors.Any(s => WorkloadRules.Matches(s, o.Object("metadata").Object("labels") ?? []))))
            rules.AddRange(other.Objects("rules").Where(rule => !rules.Any(r => JsonNode.DeepEquals(r, rule))));
        return new JsonArray([.. rules.Select(r => r.DeepClone())]);
    }
}
