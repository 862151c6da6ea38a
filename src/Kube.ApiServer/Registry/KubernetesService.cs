using System.Net;
using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;

namespace Kube.ApiServer.Registry;

/// <summary>
/// Keeps the Service <c>default/kubernetes</c> and its endpoints, by which pods find this server. Only when <see cref="ApiServerOptions.AdvertiseAddress"/>
/// says where it is reached.
/// </summary>
internal sealed class KubernetesService(ObjectRegistry registry, ResourceCatalog catalog, ApiServerOptions options) : IHostedService
{
    private const string Name = "kubernetes";
    private const string Namespace = "default";
    private static readonly WriteOptions Writing = new("kube-apiserver", false, false, "", UserInfo.System);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.AdvertiseAddress is not { } address)
            return;
        await EnsureAsync(catalog.Get<ServiceKind>(), Service(), "spec", cancellationToken).ConfigureAwait(false);
        await EnsureAsync(catalog.Get<EndpointsKind>(), Endpoints(address), "subsets", cancellationToken).ConfigureAwait(false);
        await EnsureAsync(catalog.Get<EndpointSliceKind>(), Slice(address), "endpoints", cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureAsync(ResourceKind kind, JsonObject wanted, string content, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(kind.StorageResource, Namespace, Name);
        try
        {
            if (registry.Store.Get(key) is not { } stored)
            {
                await registry.CreateAsync(kind, Namespace, wanted, Writing, cancellationToken).ConfigureAwait(false);
                return;
            }

            // The service keeps its address for good; where the server is may change from start to start.
            if (content == "spec" || (JsonNode.DeepEquals(DocumentReader.Read(stored.Json.Span)[content], wanted[content]) && JsonNode.DeepEquals(DocumentReader.Read(stored.Json.Span)["ports"], wanted["ports"])))
                return;
            await registry.UpdateAsync(
                kind,
                key,
                live =>
                {
                    live[content] = wanted[content]!.DeepClone();
                    if (wanted["ports"] is { } ports)
                        live["ports"] = ports.DeepClone();
                    return live;
                },
                Writing,
                cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Reason is "AlreadyExists" or "Conflict")
        {
            // Another server is at it.
        }
    }

    private JsonObject Service()
    {
        var range = IPNetwork.Parse(options.ServiceCidr);
        var bytes = range.BaseAddress.GetAddressBytes();
        bytes[3]++;
        var document = New("Service", "v1", new JsonObject { ["component"] = "apiserver", ["provider"] = Name });
        document["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = new IPAddress(bytes).ToString(),
            ["sessionAffinity"] = "None",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["protocol"] = "TCP", ["port"] = 443L, ["targetPort"] = (long)options.AdvertisePort }),
        };
        return document;
    }

    private JsonObject Endpoints(IPAddress address)
    {
        var document = New("Endpoints", "v1", new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" });
        document["subsets"] = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(new JsonObject { ["ip"] = address.ToString() }),
            ["ports"] = new JsonArray((JsonNode)Port()),
        });
        return document;
    }

    private JsonObject Slice(IPAddress address)
    {
        var document = New("EndpointSlice", "discovery.k8s.io/v1", new JsonObject { ["kubernetes.io/service-name"] = Name });
        document["addressType"] = "IPv4";
        document["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(address.ToString()), ["conditions"] = new JsonObject { ["ready"] = true } });
        document["ports"] = new JsonArray((JsonNode)Port());
        return document;
    }

    private JsonObject Port() => new JsonObject { ["name"] = "https", ["port"] = (long)options.AdvertisePort, ["protocol"] = "TCP" };

    private static JsonObject New(string kind, string apiVersion, JsonObject labels) =>
        new() { ["kind"] = kind, ["apiVersion"] = apiVersion, ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace, ["labels"] = labels } };
}
