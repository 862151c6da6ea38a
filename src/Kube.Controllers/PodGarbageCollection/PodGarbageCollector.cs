using k8s.Models;
using Kube.Controllers.NodeLifecycle;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;
using Kube.Machinery.Nodes;

namespace Kube.Controllers.PodGarbageCollection;

/// <summary>Removes pods that nobody else will: of nodes that are gone, and those a silent node cannot confirm to have ended.</summary>
internal sealed class PodGarbageCollector(ControllerContext context) : Controller(context)
{
    // A node that was deleted and joins again under its name within this time keeps its pods.
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(5);
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly ResourceClient<V1Node> _nodes = context.Client.Resource<V1Node>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.Pods.Subscribe(change =>
        {
            var pod = change.Object;
            if (change.Kind != InformerEventKind.Deleted
                && (pod.Metadata.DeletionTimestamp is not null || (!string.IsNullOrEmpty(pod.Spec.NodeName) && Informers.Nodes.Get("", pod.Spec.NodeName) is null)))
            {
                Queue.Add(Names.Of(pod));
            }
        });
        yield return Informers.Nodes.Subscribe(change =>
        {
            var node = change.Object;
            if (change.Kind == InformerEventKind.Deleted || NodeTaints.ReadyOf(node) == "Unknown")
            {
                foreach (var pod in Informers.PodsOnNode(node.Metadata.Name))
                {
                    Queue.AddAfter(Names.Of(pod), change.Kind == InformerEventKind.Deleted ? Quarantine : TimeSpan.Zero);
                }
            }
        });
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var pod = Informers.Pods.Get(key.Namespace, key.Name);
        if (pod is null)
        {
            return null;
        }

        var terminating = pod.Metadata.DeletionTimestamp is not null;
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            return terminating ? await RemoveAsync(pod, "it never had a node", cancellationToken) : null;
        }

        var node = Informers.Nodes.Get("", pod.Spec.NodeName);
        if (node is null)
        {
            // The cache of nodes may be behind the cache of pods; ask before judging.
            return await _nodes.GetAsync(null, pod.Spec.NodeName, cancellationToken) is null
                ? await RemoveAsync(pod, $"its node {pod.Spec.NodeName} is gone", cancellationToken)
                : null;
        }

        if (!terminating || NodeTaints.ReadyOf(node) != "Unknown" || !IsStateless(pod))
        {
            return null;
        }

        // The deletion timestamp lies a grace period behind the request.
        var due = new DateTimeOffset(pod.Metadata.DeletionTimestamp!.Value.ToUniversalTime()) + Context.Options.UnreachablePodDeletionDelay;
        var now = Context.Time.GetUtcNow();
        return due > now
            ? due - now
            : await RemoveAsync(pod, $"its node {pod.Spec.NodeName} does not answer", cancellationToken);
    }

    // A pod with an identity may exist once only; without fencing it stays until its node is gone for sure.
    private static bool IsStateless(V1Pod pod) => !StatefulPods.IsStateful(pod) && Owners.ControllerOf(pod)?.Kind is "ReplicaSet" or "ReplicationController" or "Job" or "DaemonSet";

    private async Task<TimeSpan?> RemoveAsync(V1Pod pod, string cause, CancellationToken cancellationToken)
    {
        Context.Logger.PodRemoved(pod.Metadata.NamespaceProperty, pod.Metadata.Name, cause);
        await PodDisruption.MarkAsync(_pods, pod, "DeletionByPodGC", $"PodGC: {cause}", lost: true, Context.Time.GetUtcNow(), cancellationToken);
        await PodDeletion.DeleteAsync(_pods, pod, 0, cancellationToken);
        return null;
    }
}
