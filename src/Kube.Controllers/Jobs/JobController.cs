using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Jobs;

/// <summary>Runs pods until enough of them have succeeded: https://kubernetes.io/docs/concepts/workloads/controllers/job/.</summary>
internal sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string Kind = "Job";
    private const string OwnName = "kubernetes.io/job-controller";

    // Longer than what was created or deleted may stay unseen.
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(31);
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();
    private readonly JobPodWriter _writer = new(context);

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.Jobs.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
            {
                _writer.Forget(change.Object);
            }

            Queue.Add(Names.Of(change.Object));
        });
        yield return Informers.Pods.Subscribe(OnPod);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var job = Informers.Jobs.Get(key.Namespace, key.Name);
        if (job is null || job.Spec.ManagedBy is not (null or OwnName))
        {
            return null;
        }

        var owned = ClusterInformers.OwnedBy(Informers.Pods, job.Metadata.Uid);
        if (job.IsFinished())
        {
            await _writer.UntrackAsync(owned.Where(p => p.IsTracked()), cancellationToken);
            return null;
        }

        var (mine, changed) = await ClaimAsync(job, owned, cancellationToken);
        var (creating, deleting) = _writer.Pending.Read(key, owned);
        var settled = creating == 0 && deleting.Count == 0 && !changed;
        var plan = JobPlan.Of(job, mine, settled, Context.Time.GetUtcNow());
        if (plan.Status.Patch() is { } patch)
        {
            try
            {
                await _jobs.PatchStatusAsync(key.Namespace, key.Name, patch, cancellationToken);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return null;
            }

            Tell(job, plan.Status);
        }

        await _writer.UntrackAsync(plan.Untrack, cancellationToken);
        await _writer.DeleteAsync(job, plan.Delete.Where(p => !deleting.Contains(p.Metadata.Uid)), cancellationToken);
        await _writer.WithdrawAsync(job, plan.Withdraw, cancellationToken);
        await _writer.CreateAsync(job, plan.Create, cancellationToken);
        return settled || plan.LookAgain < Unsettled ? plan.LookAgain : Unsettled;
    }

    // Pods that match and belong to nobody become the job's, those of the job that no longer match become nobody's.
    private async Task<(List<V1Pod> Mine, bool Changed)> ClaimAsync(V1Job job, IEnumerable<V1Pod> owned, CancellationToken cancellationToken)
    {
        var mine = new List<V1Pod>();
        var changed = false;
        foreach (var pod in owned)
        {
            if (job.Spec.Selector.Matches(pod.Metadata))
            {
                mine.Add(pod);
            }
            else
            {
                await _writer.ReleaseAsync(job, pod, cancellationToken);
                changed = true;
            }
        }

        if (job.Metadata.DeletionTimestamp is null)
        {
            foreach (var pod in ClusterInformers.OwnedBy(Informers.Pods, ""))
            {
                if (pod.Metadata.NamespaceProperty == job.Metadata.NamespaceProperty && pod.IsActive() && job.Spec.Selector.Matches(pod.Metadata))
                {
                    await _writer.AdoptAsync(job, pod, cancellationToken);
                    changed = true;
                }
            }
        }

        return (mine, changed);
    }

    private void OnPod(InformerEvent<V1Pod> change)
    {
        foreach (var pod in (V1Pod?[])[change.Object, change.Old])
        {
            if (pod is null)
            {
                continue;
            }

            if (Owners.ControllerOf(pod) is { } owner)
            {
                if (owner.Kind == Kind)
                {
                    var key = new NamespacedName(pod.Metadata.NamespaceProperty, owner.Name);
                    if (ReferenceEquals(pod, change.Object))
                    {
                        _writer.Pending.Seen(key, pod, change.Kind == InformerEventKind.Deleted);
                    }

                    Queue.Add(key);
                }
            }
            else
            {
                foreach (var job in ClusterInformers.InNamespace(Informers.Jobs, pod.Metadata.NamespaceProperty))
                {
                    if (job.Spec.Selector.Matches(pod.Metadata))
                    {
                        Queue.Add(Names.Of(job));
                    }
                }
            }
        }
    }

    private void Tell(V1Job job, JobStatusDraft status)
    {
        foreach (var condition in status.Told)
        {
            switch (condition.Type)
            {
                case JobConditions.Suspended:
                    Context.Events.Normal(job, condition.Status == "True" ? "Suspended" : "Resumed", condition.Message);
                    break;
                case JobConditions.Complete:
                    Context.Events.Normal(job, "Completed", "Job completed");
                    break;
                case JobConditions.Failed:
                    Context.Events.Warning(job, condition.Reason, condition.Message);
                    break;
            }
        }
    }
}
