using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Machinery.Client;
using Kube.Machinery.Nodes;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>What happens to the pods of a node that is lost, many of them at once.</summary>
internal sealed class PodEvictions(ControllerContext context)
{
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    /// <summary>Takes pods out of their services: their node no longer says how they are.</summary>
    public Task MarkNotReadyAsync(IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => EachAsync(pods.Where(p => p.IsReady()), async (pod, token) =>
    {
        var condition = new JsonObject { ["type"] = "Ready", ["status"] = "False", ["reason"] = "NodeNotReady", ["lastTransitionTime"] = Timestamps.Text(context.Time.GetUtcNow()) };
        var patch = new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } };
        try
        {
            await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, patch, PatchKind.StrategicMerge, token, "status");
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }, cancellationToken);

    /// <summary>Asks for the deletion of pods; their owners replace the stateless ones at once.</summary>
    public Task EvictAsync(string node, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => EachAsync(pods, async (pod, token) =>
    {
        context.Logger.PodEvicted(pod.Metadata.NamespaceProperty, pod.Metadata.Name, node);
        context.Events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}");
        await PodDisruption.MarkAsync(_pods, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", lost: false, context.Time.GetUtcNow(), token);
        await PodDeletion.DeleteAsync(_pods, pod, null, token);
    }, cancellationToken);

    /// <summary>Removes the objects of stateful pods that were asked to go: their node has ended them, so another may take the name.</summary>
    public Task RemoveFencedAsync(string node, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => EachAsync(pods, async (pod, token) =>
    {
        context.Logger.PodRemoved(pod.Metadata.NamespaceProperty, pod.Metadata.Name, $"its node {node} has fenced itself");
        context.Events.Normal(pod, "NodeFenced", $"Node {node} has lost the control plane and ended this pod itself; it may be replaced");
        await PodDisruption.MarkAsync(_pods, pod, "DeletionByFencing", $"node {node} has fenced itself", lost: true, context.Time.GetUtcNow(), token);
        await PodDeletion.DeleteAsync(_pods, pod, 0, token);
    }, cancellationToken);

    /// <summary>Pods that are to go and that nobody but a fence makes safe to replace.</summary>
    public static bool AwaitsFence(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null && !pod.HasEnded() && StatefulPods.IsStateful(pod);

    private static Task EachAsync(IEnumerable<V1Pod> pods, Func<V1Pod, CancellationToken, ValueTask> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(pods.ToArray(), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, work);
}
