using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Events;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler.Binding;

/// <summary>Binds through the API and reports by the <c>PodScheduled</c> condition and events.</summary>
internal sealed class ApiPodBinder(IKubernetes client, EventRecorder events, TimeProvider time, ILogger<ApiPodBinder> logger) : IPodBinder
{
    private const int ReportLimit = 16 * 1024;
    private readonly ResourceClient<V1Pod> _pods = client.Resource<V1Pod>();
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

    public void ReportFailure(V1Pod pod, string message)
    {
        events.Warning(pod, "FailedScheduling", message);
        _reports.Writer.TryWrite((pod, message));
    }

    /// <summary>Writes conditions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var (pod, message) in _reports.Reader.ReadAllAsync(cancellationToken))
        {
            var condition = new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = "Unschedulable",
                ["message"] = message,
                ["lastTransitionTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            };

            // The uid is a precondition: a pod made anew under the name is another pod.
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
                ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) },
            };
            try
            {
                await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, patch, PatchKind.StrategicMerge, cancellationToken, "status");
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                logger.ConditionNotWritten(pod.Metadata.NamespaceProperty, pod.Metadata.Name, e.Message);
            }
        }
    }
}
