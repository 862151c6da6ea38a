using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Follows the CustomResourceDefinitions: new kinds enter the catalog, and a definition that goes takes its objects along.</summary>
internal sealed class DefinitionController(CustomDefinitions definitions, ObjectRegistry registry, ResourceCatalog catalog, TimeProvider time, ILogger<DefinitionController> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Emptying = TimeSpan.FromSeconds(1);
    private static readonly WriteOptions AsServer = new("kube-apiserver", false, false, "", UserInfo.System);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        definitions.Refresh();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ExpiredRevisionException)
            {
                // Fell behind: read everything again.
            }
            catch (Exception e) when (e is ApiStatusException or StoreUnavailableException)
            {
                Log.DefinitionsFailed(logger, e);
                await Task.Delay(Emptying, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var watch = registry.Store.Watch(CustomDefinitions.Resource, null, definitions.Refresh());
        while (true)
        {
            // Every server process follows the definitions; the one that leads also empties those that go.
            var going = registry.Store.Leads && await EmptyAsync(cancellationToken).ConfigureAwait(false);
            await watch.ReadAsync(going ? Emptying : Idle, cancellationToken).ConfigureAwait(false);
            definitions.Refresh();
        }
    }

    // True while a definition waits for its objects to go.
    private async ValueTask<bool> EmptyAsync(CancellationToken cancellationToken)
    {
        var going = false;
        foreach (var stored in registry.Store.List(CustomDefinitions.Resource, null).Items)
        {
            var definition = DocumentReader.Read(stored.Json.Span);
            var metadata = definition.Object("metadata");
            if (metadata?["deletionTimestamp"] is null || !metadata.Texts("finalizers").Contains(CustomResourceDefinitionKind.Cleanup))
                continue;
            going = true;
            if (await DeleteObjectsAsync(definition, cancellationToken).ConfigureAwait(false))
                await ReleaseAsync(stored.Key, cancellationToken).ConfigureAwait(false);
        }

        return going;
    }

    private async ValueTask<bool> DeleteObjectsAsync(JsonObject definition, CancellationToken cancellationToken)
    {
        var kind = new CustomResourceKind(definition, definition.Object("spec").Objects("versions").First(v => v.Flag("storage") == true));
        foreach (var item in registry.Store.List(kind.StorageResource, null).Items)
        {
            if (FieldReader.Text(item.Json, "metadata.deletionTimestamp") is not null)
                continue;
            try
            {
                await registry.DeleteAsync(kind, item.Key, new DeleteOptions(null, null, null, null), AsServer, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiStatusException e) when (e.Status.Code is 404 or 409)
            {
                // Somebody else deleted or changed it: the next round sees how it stands.
            }
        }

        return registry.Store.List(kind.StorageResource, null).Count == 0;
    }

    private async ValueTask ReleaseAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            await registry.UpdateAsync(catalog.Get<CustomResourceDefinitionKind>(), key, Release, AsServer, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Code is 404 or 409)
        {
            // Another server released it.
        }
    }

    private static JsonObject Release(JsonObject live)
    {
        var metadata = live.Object("metadata")!;
        metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Where(f => f != CustomResourceDefinitionKind.Cleanup).Select(f => (JsonNode)f)]);
        return live;
    }
}
