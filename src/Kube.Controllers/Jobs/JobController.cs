using System.Collections.Concurrent;
using System.Globalization;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Jobs;

/// <summary>Runs pods until enough of them have succeeded: https://kubernetes.io/docs/concepts/workloads/controllers/job/.</summary>
internal sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string OwnName = "kubernetes.io/job-controller";
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();
    private readonly JobPodWriter _writer = new(context);
    private readonly PodOwnership _ownership = new(context, context.Client.Resource<V1Job>().Type, JobPods.Tracking);

    // The revision of the last status written. A cache of jobs that is behind it lacks ends whose pods the cache of pods has already let go of: it would have them run again.
    private readonly ConcurrentDictionary<NamespacedName, long> _written = new();

    protected override IEnumerable<IDisposable> Subscribe() => _writer.Pods.Follow(Informers.Jobs, (job, pod) => job.Spec.Selector.Matches(pod.Metadata), Queue.Add);

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var job = Informers.Jobs.Get(key.Namespace, key.Name);
        if (job is null || job.Spec.ManagedBy is not (null or OwnName))
        {
            _written.TryRemove(key, out _);
            return null;
        }

        if (_written.TryGetValue(key, out var written) && Revision(job) < written)
        {
            // The event that brings the newer version leads here again.
            return PendingPods.Settled;
        }

        var owned = ClusterInformers.OwnedBy(Informers.Pods, job.Metadata.Uid);
        if (job.IsFinished())
        {
            await _writer.UntrackAsync(owned.Where(p => p.IsTracked()), cancellationToken);
            return null;
        }

        var (mine, adopted, released) = await _ownership.SortAsync(job, job.Spec.Selector, _ => true, cancellationToken);
        var (creating, deleting) = _writer.Pods.Pending.Read(key, owned);
        // What changed hands is judged when the cache shows it.
        var settled = creating == 0 && deleting.Count == 0 && adopted.Count == 0 && !released;
        var plan = JobPlan.Of(job, mine, settled, Context.Time.GetUtcNow());
        if (plan.Status.Patch() is { } patch)
        {
            try
            {
                _written[key] = Revision(await _jobs.PatchStatusAsync(key.Namespace, key.Name, patch, cancellationToken));
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return null;
            }

            Tell(job, plan.Status);
        }

        await _writer.UntrackAsync(plan.Untrack, cancellationToken);
        await _writer.Pods.DeleteAsync(job, plan.Delete.Where(p => !deleting.Contains(p.Metadata.Uid)), cancellationToken);
        await _writer.WithdrawAsync(job, plan.Withdraw, cancellationToken);
        await _writer.CreateAsync(job, plan.Create, cancellationToken);
        return settled || plan.LookAgain < PendingPods.Settled ? plan.LookAgain : PendingPods.Settled;
    }

    private static long Revision(V1Job job) => long.Parse(job.Metadata.ResourceVersion, CultureInfo.InvariantCulture);

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
