using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.Hosting;

namespace Kube.ApiServer.Registry;

/// <summary>Makes the namespaces that every cluster has, before the first request.</summary>
internal sealed class SystemNamespaces(ObjectRegistry registry, ResourceCatalog catalog) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var kind = catalog.Get<NamespaceKind>();
        foreach (var name in (string[])["default", "kube-system", "kube-public", "kube-node-lease"])
        {
            if (registry.Store.Get(new ObjectKey("namespaces", "", name)) is not null)
                continue;
            var document = new JsonObject { ["kind"] = "Namespace", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = name } };
            try
            {
                await registry.CreateAsync(kind, "", document, new WriteOptions("kube-apiserver", false, false, "", UserInfo.System), cancellationToken).ConfigureAwait(false);
            }
            catch (ApiStatusException e) when (e.Status.Reason == "AlreadyExists")
            {
                // Another server was faster.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
