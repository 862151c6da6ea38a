using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Jobs;

/// <summary>Takes the tracking finalizer off pods whose job has gone: nobody will count them, and they could never be deleted.</summary>
internal sealed class JobOrphanController(ControllerContext context) : Controller(context)
{
    // Begins a key that means the pods of a job by its uid; no pod's name does.
    private const char OfJob = '/';
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.Pods.Subscribe(change =>
        {
            if (change.Kind != InformerEventKind.Deleted && IsOrphan(change.Object))
            {
                Queue.Add(Names.Of(change.Object));
            }
        });
        yield return Informers.Jobs.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
            {
                // Looked up later: handlers run under their informer's lock, and those of pods look at jobs.
                Queue.Add(new NamespacedName(change.Object.Metadata.NamespaceProperty, OfJob + change.Object.Metadata.Uid));
            }
        });
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (key.Name[0] == OfJob)
        {
            foreach (var owned in ClusterInformers.OwnedBy(Informers.Pods, key.Name[1..]))
            {
                Queue.Add(Names.Of(owned));
            }

            return null;
        }

        if (Informers.Pods.Get(key.Namespace, key.Name) is not { } pod || !IsOrphan(pod))
        {
            return null;
        }

        // The cache of jobs may be behind the cache of pods; ask before judging.
        if (Owners.ControllerOf(pod) is { Kind: "Job" } owner && (await _jobs.GetAsync(key.Namespace, owner.Name, cancellationToken))?.Metadata.Uid == owner.Uid)
        {
            return null;
        }

        await PodTracking.RemoveAsync(_pods, pod, bound: true, cancellationToken);
        return null;
    }

    private bool IsOrphan(V1Pod pod) =>
        pod.IsTracked() && (Owners.ControllerOf(pod) is not { Kind: "Job" } owner || Informers.Jobs.Get(pod.Metadata.NamespaceProperty, owner.Name)?.Metadata.Uid != owner.Uid);
}
