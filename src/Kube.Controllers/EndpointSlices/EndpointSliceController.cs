using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.EndpointSlices;

/// <summary>Keeps the endpoint slices of every service with a selector.</summary>
internal sealed class EndpointSliceController(ControllerContext context) : Controller(context)
{
    private readonly ResourceClient<V1EndpointSlice> _slices = context.Client.Resource<V1EndpointSlice>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Services);
        yield return Owned(Informers.EndpointSlices, "Service");
        yield return Informers.Pods.Subscribe(OnPod);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var service = Informers.Services.Get(key.Namespace, key.Name);
        if (service is null || service.Metadata.DeletionTimestamp is not null || service.Spec.Selector is not { Count: > 0 } || service.Spec.Type == "ExternalName")
        {
            // The garbage collector takes the slices of a service that is gone.
            return null;
        }

        var pods = ClusterInformers.InNamespace(Informers.Pods, key.Namespace).Where(p => Selects(service, p));
        var wanted = EndpointSlicePlan.Of(service, pods);
        var there = ClusterInformers.OwnedBy(Informers.EndpointSlices, service.Metadata.Uid).ToDictionary(s => s.Metadata.Name, StringComparer.Ordinal);
        foreach (var (name, body) in wanted)
        {
            if (!there.TryGetValue(name, out var slice))
            {
                await CreateAsync(key.Namespace, name, body, cancellationToken);
            }
            else if (Differs(slice, body))
            {
                await PatchAsync(slice, body, cancellationToken);
            }
        }

        // Last: an endpoint that moves to another slice is never in none.
        foreach (var (name, slice) in there)
        {
            if (!wanted.ContainsKey(name))
            {
                await _slices.DeleteAsync(key.Namespace, name, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = slice.Metadata.Uid } }, cancellationToken);
            }
        }

        return null;
    }

    private static bool Selects(V1Service service, V1Pod pod)
    {
        foreach (var (key, value) in service.Spec.Selector)
        {
            if (pod.Metadata.Labels is null || !pod.Metadata.Labels.TryGetValue(key, out var have) || have != value)
            {
                return false;
            }
        }

        return true;
    }

    private void OnPod(InformerEvent<V1Pod> change)
    {
        if (change.Old is { } old && !Matters(old, change.Object))
        {
            return;
        }

        foreach (var service in ClusterInformers.InNamespace(Informers.Services, change.Object.Metadata.NamespaceProperty))
        {
            if (service.Spec.Selector is { Count: > 0 } && (Selects(service, change.Object) || (change.Old is { } before && Selects(service, before))))
            {
                Queue.Add(Names.Of(service));
            }
        }
    }

    private static bool Matters(V1Pod old, V1Pod now) =>
        old.Metadata.DeletionTimestamp is null != now.Metadata.DeletionTimestamp is null
        || old.IsReady() != now.IsReady()
        || old.HasEnded() != now.HasEnded()
        || old.Status?.PodIP != now.Status?.PodIP
        || old.Spec.NodeName != now.Spec.NodeName
        || !Same(old.Metadata.Labels, now.Metadata.Labels);

    private static bool Same(IDictionary<string, string>? a, IDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a is null || a.All(l => b!.TryGetValue(l.Key, out var value) && value == l.Value));

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
