using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Events;
using Kube.Scheduler.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler.Binding;

/// <summary>Binds through the API and reports by the <c>PodScheduled</c> condition and events.</summary>
internal sealed class ApiPodBinder(IKubernetes client, EventRecorder events, TimeProvider time, ILogger<ApiPodBinder> logger) : IPodBinder
{
    private const int ReportLimit = 16 * 1024;
    private readonly ResourceClient<V1Pod> _pods = client.Resource<V1Pod>();
    private readonly ResourceClient<V1PersistentVolume> _volumes = client.Resource<V1PersistentVolume>();
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = client.Resource<V1PersistentVolumeClaim>();
    private readonly Channel<(V1Pod Pod, string Message)> _reports =
        Channel.CreateBounded<(V1Pod, string)>(new BoundedChannelOptions(ReportLimit) { FullMode = BoundedChannelFullMode.DropOldest });

    public async Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
    {
        var binding = new V1Binding
        {
            ApiVersion = "v1",
            Kind = "Binding",
            Metadata = new V1ObjectMeta { Name = pod.Metadata.Name, NamespaceProperty = pod.Metadata.NamespaceProperty, Uid = pod.Metadata.Uid },
            Target = new V1ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node },
        };
        await _pods.PostAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, "binding", binding, cancellationToken);
        events.Normal(pod, "Scheduled", $"Successfully assigned {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name} to {node}");
    }

    public async Task ReserveVolumesAsync(string node, IReadOnlyList<VolumeReservation> reservations, CancellationToken cancellationToken)
    {
        foreach (var (claim, volume) in reservations)
        {
            var version = new JsonObject { ["resourceVersion"] = volume?.Metadata.ResourceVersion ?? claim.Metadata.ResourceVersion };
            if (volume is null)
            {
                // The provisioner makes the volume where the pod can reach it.
                version["annotations"] = new JsonObject { [VolumeReservation.SelectedNode] = node };
                await _claims.PatchAsync(claim.Metadata.NamespaceProperty, claim.Metadata.Name, new JsonObject { ["metadata"] = version }, PatchKind.Merge, cancellationToken);
                continue;
            }

            // The controller completes the binding from the volume's side. Bound to the version looked at: two claims never get one volume.
            version["annotations"] = new JsonObject { ["pv.kubernetes.io/bound-by-controller"] = "yes" };
            var reference = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "PersistentVolumeClaim",
                ["namespace"] = claim.Metadata.NamespaceProperty,
                ["name"] = claim.Metadata.Name,
                ["uid"] = claim.Metadata.Uid,
            };
            var patch = new JsonObject { ["metadata"] = version, ["spec"] = new JsonObject { ["claimRef"] = reference } };
            await _volumes.PatchAsync(null, volume.Metadata.Name, patch, PatchKind.Merge, cancellationToken);
        }
    }

    public async Task PreemptAsync(V1Pod pod, string node, IReadOnlyList<V1Pod> victims, CancellationToken cancellationToken)
    {
        await PatchStatusAsync(pod, new JsonObject { ["nominatedNodeName"] = node }, cancellationToken);
        foreach (var victim in victims)
        {
            try
            {
                // The reason must be on the pod before it goes: a job's failure policy looks for it.
                var condition = Condition("DisruptionTarget", "True", "PreemptionByScheduler", $"{victim.Spec.SchedulerName ?? "default-scheduler"}: preempting to accommodate a higher priority pod");
                await PatchStatusAsync(victim, new JsonObject { ["conditions"] = new JsonArray(condition) }, cancellationToken);
                var only = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = victim.Metadata.Uid } };
                await _pods.DeleteAsync(victim.Metadata.NamespaceProperty, victim.Metadata.Name, only, cancellationToken);
                events.Normal(victim, "Preempted", $"Preempted by pod {pod.Metadata.Uid} on node {node}");
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                // Gone already, or another pod by now.
            }
        }
    }

    public void ReportFailure(V1Pod pod, string message, string? fix)
    {
        events.Warning(pod, "FailedScheduling", fix is null ? message : $"{message} To make room: {fix}");
        _reports.Writer.TryWrite((pod, message));
    }

    /// <summary>Writes conditions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var (pod, message) in _reports.Reader.ReadAllAsync(cancellationToken))
        {
            var status = new JsonObject { ["conditions"] = new JsonArray(Condition("PodScheduled", "False", "Unschedulable", message)) };
            try
            {
                await PatchStatusAsync(pod, status, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                logger.ConditionNotWritten(pod.Metadata.NamespaceProperty, pod.Metadata.Name, e.Message);
            }
        }
    }

    // The uid is a precondition: a pod made anew under the name is another pod.
    private Task<V1Pod> PatchStatusAsync(V1Pod pod, JsonObject status, CancellationToken cancellationToken) => _pods.PatchAsync(
        pod.Metadata.NamespaceProperty,
        pod.Metadata.Name,
        new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = status },
        PatchKind.StrategicMerge,
        cancellationToken,
        "status");

    private JsonObject Condition(string type, string status, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };
}
