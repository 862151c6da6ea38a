using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.EndpointSlices;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Endpoints;

/// <summary>
/// Keeps the Endpoints of every service with a selector, for those who do not read slices yet. Endpoints of a service without one belong to
/// whoever made them; they go with their service.
/// </summary>
internal sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    private const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    private const string ManagedBy = "endpoint-controller";
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private const string TriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";
    private readonly ResourceClient<V1Endpoints> _endpoints = context.Client.Resource<V1Endpoints>();

    // Services seen to go in this term; those of earlier terms show by the label on what they left.
    private readonly ConcurrentDictionary<NamespacedName, bool> _gone = new();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.Services.Subscribe(change =>
        {
            var key = Names.Of(change.Object);
            if (change.Kind == InformerEventKind.Deleted)
            {
                _gone[key] = true;
            }

            Queue.Add(key);
        });
        yield return Own(Informers.Endpoints);
        yield return Informers.Pods.Subscribe(change => ServicePods.Affected(Informers, change, Queue.Add));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var service = Informers.Services.Get(key.Namespace, key.Name);
        var there = Informers.Endpoints.Get(key.Namespace, key.Name);
        if (service is null)
        {
            if (_gone.TryRemove(key, out _) || there?.Metadata.Labels?.ContainsKey(ManagedByLabel) == true)
            {
                await _endpoints.DeleteAsync(key.Namespace, key.Name, null, cancellationToken);
            }

            return null;
        }

        _gone.TryRemove(key, out _);
        if (service.Metadata.DeletionTimestamp is not null || !service.HasSelector())
        {
            return null;
        }

        var known = Read(there?.Metadata, TriggerTime);
        var pods = ClusterInformers.InNamespace(Informers.Pods, key.Namespace).Where(service.Selects);
        var plan = EndpointsPlan.Of(service, pods, known ?? DateTimeOffset.MinValue);
        var labels = LabelsOf(service);
        if (there is not null && !Differs(there, plan, labels))
        {
            return null;
        }

        var changed = plan.ChangedAt ?? (there is null && service.Metadata.CreationTimestamp is { } made ? new DateTimeOffset(made.ToUniversalTime()) : null);
        var annotations = new JsonObject
        {
            [TriggerTime] = changed is { } at ? Timestamps.Text(at) : null,
            [OverCapacity] = plan.Truncated ? "truncated" : null,
        };
        var content = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels, ["annotations"] = annotations }, ["subsets"] = plan.Subsets };
        await WriteAsync(key, content, there is not null, cancellationToken);
        return null;
    }

    private async Task WriteAsync(NamespacedName key, JsonObject content, bool exists, CancellationToken cancellationToken)
    {
        if (!exists)
        {
            var body = (JsonObject)content.DeepClone();
            var metadata = body["metadata"]!.AsObject();
            metadata["name"] = key.Name;
            metadata["namespace"] = key.Namespace;
            foreach (var absent in metadata["annotations"]!.AsObject().Where(a => a.Value is null).Select(a => a.Key).ToArray())
            {
                metadata["annotations"]!.AsObject().Remove(absent);
            }

            try
            {
                await _endpoints.CreateRawAsync(key.Namespace, body, cancellationToken);
                return;
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // The cache is late: what is there gets the content of now.
            }
            catch (ApiException e) when (e.Code == System.Net.HttpStatusCode.Forbidden && Informers.Namespaces.Get("", key.Namespace)?.Metadata.DeletionTimestamp is not null)
            {
                return;
            }
        }

        try
        {
            await _endpoints.PatchAsync(key.Namespace, key.Name, content, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted meanwhile; the event of that leads here again.
        }
    }

    private static JsonObject LabelsOf(V1Service service)
    {
        var labels = new JsonObject();
        foreach (var (key, value) in service.Metadata.Labels ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        labels[ManagedByLabel] = ManagedBy;
        if (service.IsHeadless())
        {
            labels[HeadlessLabel] = "";
        }

        return labels;
    }

    // Both sides by way of the model, so that order of keys and defaults of the server do not count as a difference.
    private static bool Differs(V1Endpoints there, EndpointsPlan plan, JsonObject labels) =>
        KubernetesJson.Serialize(there.Subsets ?? []) != KubernetesJson.Serialize(KubernetesJson.Deserialize<List<V1EndpointSubset>>(plan.Subsets.ToJsonString()))
        || plan.Truncated != (there.Metadata.Annotations?.ContainsKey(OverCapacity) == true)
        || labels.Any(l => there.Metadata.Labels is null || !there.Metadata.Labels.TryGetValue(l.Key, out var have) || have != (string?)l.Value);

    private static DateTimeOffset? Read(V1ObjectMeta? metadata, string annotation) =>
        metadata?.Annotations is { } notes && notes.TryGetValue(annotation, out var text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
