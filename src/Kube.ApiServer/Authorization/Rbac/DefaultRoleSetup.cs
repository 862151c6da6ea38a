using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>
/// Makes the default roles and bindings before the first request, and gives back what they have lost since, unless their annotation
/// <c>rbac.authorization.kubernetes.io/autoupdate</c> says <c>false</c>. What somebody added stays.
/// </summary>
internal sealed class DefaultRoleSetup(ObjectRegistry registry, ResourceCatalog catalog) : IHostedService
{
    private static readonly WriteOptions Writing = new("kube-apiserver", false, false, "", UserInfo.System);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var roles = catalog.Get<ClusterRoleKind>();
        var bindings = catalog.Get<ClusterRoleBindingKind>();
        DefaultRole[] all = [.. DefaultRoles.ForPeople, .. DefaultRoles.ForComponents];
        // All at once: they share a few commits.
        await Task.WhenAll(
        [
            .. all.Select(role => EnsureAsync(roles, role.ToJson(), CompleteRole, cancellationToken)),
            .. all.Select(role => role.BindingToJson()).OfType<JsonObject>().Select(binding => EnsureAsync(bindings, binding, CompleteBinding, cancellationToken)),
        ]).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureAsync(ResourceKind kind, JsonObject wanted, Func<JsonObject, JsonObject, bool> complete, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(kind.StorageResource, "", wanted.Object("metadata").Text("name")!);
        try
        {
            if (registry.Store.Get(key) is not { } stored)
            {
                await registry.CreateAsync(kind, "", wanted, Writing, cancellationToken).ConfigureAwait(false);
                return;
            }

            var live = DocumentReader.Read(stored.Json.Span);
            if (live.Object("metadata").Object("annotations").Text(DefaultRoles.AutoUpdate) == "false" || !complete(live, wanted))
                return;
            await registry.UpdateAsync(kind, key, now => { complete(now, wanted); return now; }, Writing, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Reason is "AlreadyExists" or "NotFound" or "Conflict")
        {
            // Another server is at it.
        }
    }

    private static bool CompleteRole(JsonObject live, JsonObject wanted)
    {
        var changed = CompleteMetadata(live, wanted);
        if (!JsonNode.DeepEquals(live["aggregationRule"], wanted["aggregationRule"]))
        {
            live["aggregationRule"] = wanted["aggregationRule"]?.DeepClone();
            changed = true;
        }

        if (wanted["aggregationRule"] is not null)
            return changed;
        var held = live.Objects("rules").Select(PolicyRule.Read).ToList();
        var missing = wanted.Objects("rules").Select(PolicyRule.Read).Where(rule => RuleCoverage.Missing(held, [rule]).Count > 0).ToArray();
        if (missing.Length == 0)
            return changed;
        live["rules"] = new JsonArray([.. held.Concat(missing).Select(r => (JsonNode)r.ToJson())]);
        return true;
    }

    private static bool CompleteBinding(JsonObject live, JsonObject wanted)
    {
        var changed = CompleteMetadata(live, wanted);
        var missing = wanted.Objects("subjects").Where(w => !live.Objects("subjects").Any(l => l.Text("kind") == w.Text("kind") && l.Text("name") == w.Text("name"))).ToArray();
        if (missing.Length == 0)
            return changed;
        live["subjects"] = new JsonArray([.. live.Objects("subjects").Concat(missing).Select(s => s.DeepClone())]);
        return true;
    }

    private static bool CompleteMetadata(JsonObject live, JsonObject wanted)
    {
        var changed = false;
        foreach (var map in (string[])["labels", "annotations"])
        {
            foreach (var (key, value) in wanted.Object("metadata").Object(map) ?? [])
            {
                if (live.Object("metadata").Object(map)?[key] is not null)
                    continue;
                live.Ensure("metadata").Ensure(map)[key] = value?.DeepClone();
                changed = true;
            }
        }

        return changed;
    }
}
