using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.EndpointSlices;

/// <summary>Brings the slices that are there to those that should be.</summary>
internal sealed class EndpointSliceWriter(IKubernetes client)
{
    private readonly ResourceClient<V1EndpointSlice> _slices = client.Resource<V1EndpointSlice>();

    /// <summary>Creates, changes and deletes.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="wanted">Raw slices by name.</param>
    /// <param name="there">The slices of the same writer for the same service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(string ns, IReadOnlyDictionary<string, JsonObject> wanted, IReadOnlyCollection<V1EndpointSlice> there, CancellationToken cancellationToken)
    {
        var known = there.ToDictionary(s => s.Metadata.Name, StringComparer.Ordinal);
        foreach (var (name, body) in wanted)
        {
            if (!known.TryGetValue(name, out var slice))
            {
                await CreateAsync(ns, name, body, cancellationToken);
            }
            else if (Differs(slice, body))
            {
                await PatchAsync(slice, body, cancellationToken);
            }
        }

        // Last: an endpoint that moves to another slice is never in none.
        foreach (var slice in there)
        {
            if (!wanted.ContainsKey(slice.Metadata.Name))
            {
                await _slices.DeleteAsync(ns, slice.Metadata.Name, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = slice.Metadata.Uid } }, cancellationToken);
            }
        }
    }

    // Both sides by way of the model, so that order of keys and defaults of the server do not count as a difference.
    private static bool Differs(V1EndpointSlice slice, JsonObject body)
    {
        var wanted = KubernetesJson.Deserialize<V1EndpointSlice>(body);
        return KubernetesJson.Serialize(slice.Endpoints ?? []) != KubernetesJson.Serialize(wanted.Endpoints ?? [])
            || KubernetesJson.Serialize(slice.Ports ?? []) != KubernetesJson.Serialize(wanted.Ports ?? [])
            || wanted.Metadata.Labels.Any(l => slice.Metadata.Labels is null || !slice.Metadata.Labels.TryGetValue(l.Key, out var have) || have != l.Value);
    }

    private async Task CreateAsync(string ns, string name, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            await _slices.CreateRawAsync(ns, (JsonObject)body.DeepClone(), cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // The cache is late: what is there gets the content of now.
            await _slices.PatchAsync(ns, name, Content(body), PatchKind.Merge, cancellationToken);
        }
    }

    private async Task PatchAsync(V1EndpointSlice slice, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            await _slices.PatchAsync(slice.Metadata.NamespaceProperty, slice.Metadata.Name, Content(body), PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            await CreateAsync(slice.Metadata.NamespaceProperty, slice.Metadata.Name, body, cancellationToken);
        }
    }

    private static JsonObject Content(JsonObject body) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = body["metadata"]!["labels"]!.DeepClone() },
        ["endpoints"] = body["endpoints"]!.DeepClone(),
        ["ports"] = body["ports"]!.DeepClone(),
    };
}
