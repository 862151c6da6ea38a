using k8s.Models;
using Kube.Controllers.Jobs;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.TtlAfterFinished;

/// <summary>Deletes finished jobs after their <c>ttlSecondsAfterFinished</c>: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/.</summary>
internal sealed class TtlAfterFinishedController(ControllerContext context) : Controller(context, workers: 2)
{
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Informers.Jobs.Subscribe(change =>
        {
            if (Left(change.Object, Context.Time.GetUtcNow()) is { } left)
            {
                Queue.AddAfter(Names.Of(change.Object), left);
            }
        });
    }

    /// <summary>What is left of a finished job's time, zero or less when it is over; null when it has none.</summary>
    public static TimeSpan? Left(V1Job job, DateTimeOffset now) =>
        job.Metadata.DeletionTimestamp is null && job.Spec.TtlSecondsAfterFinished is { } seconds && job.FinalCondition()?.LastTransitionTime is { } finished
            ? new DateTimeOffset(finished.ToUniversalTime()).AddSeconds(seconds) - now
            : null;

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var cached = Informers.Jobs.Get(key.Namespace, key.Name);
        if (cached is null || Left(cached, Context.Time.GetUtcNow()) is not { } left)
        {
            return null;
        }

        if (left > TimeSpan.Zero)
        {
            return left;
        }

        // Deletes exactly the version that was judged: the time may have been raised meanwhile.
        var options = new V1DeleteOptions
        {
            PropagationPolicy = "Foreground",
            Preconditions = new V1Preconditions { Uid = cached.Metadata.Uid, ResourceVersion = cached.Metadata.ResourceVersion },
        };
        await _jobs.DeleteAsync(key.Namespace, key.Name, options, cancellationToken);
        return null;
    }
}
