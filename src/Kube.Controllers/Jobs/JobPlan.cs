using k8s.Models;
using Kube.Controllers.ReplicaSets;

namespace Kube.Controllers.Jobs;

/// <summary>What a job needs now; the pure part of its controller. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/</summary>
/// <param name="Status">What its status should say.</param>
/// <param name="Untrack">Pods whose finalizer goes once that is written.</param>
/// <param name="Create">Pods it lacks.</param>
/// <param name="Delete">Pods to end because the job ends; they count.</param>
/// <param name="Withdraw">Pods to end that the job does not want any longer; they do not count.</param>
/// <param name="LookAgain">When time alone changes something.</param>
internal sealed record JobPlan(
    JobStatusDraft Status,
    IReadOnlyList<V1Pod> Untrack,
    IReadOnlyList<NewJobPod> Create,
    IReadOnlyList<V1Pod> Delete,
    IReadOnlyList<V1Pod> Withdraw,
    TimeSpan? LookAgain)
{
    // More wait for the next look, so that one large job does not keep the others waiting.
    private const int MostCreated = 500;

    /// <summary>Compares what is with what should be.</summary>
    /// <param name="job">The job.</param>
    /// <param name="pods">Pods it controls.</param>
    /// <param name="settled">The cache shows all pods that were created and deleted for it; otherwise nothing is created.</param>
    /// <param name="now">The time.</param>
    public static JobPlan Of(V1Job job, IReadOnlyCollection<V1Pod> pods, bool settled, DateTimeOffset now)
    {
        var deleting = job.Metadata.DeletionTimestamp is not null;
        var given = JobVerdict.Given(job);
        var tally = JobTally.Of(job, pods, given is not null || deleting);
        var verdict = given ?? JobVerdict.Of(job, tally, pods, now);
        if (given is null && verdict is not null)
        {
            // What was kept for replacements is not kept any longer.
            tally = JobTally.Of(job, pods, ending: true);
        }

        var create = new List<NewJobPod>();
        IReadOnlyList<V1Pod> withdraw = [];
        var again = verdict is null ? JobVerdict.DeadlineLeft(job, now) : null;
        if (verdict is null && !deleting && settled)
        {
            if (job.Spec.Suspend == true)
            {
                withdraw = tally.Active;
            }
            else
            {
                withdraw = Surplus(job, tally);
                again = Sooner(again, Fill(job, tally, pods, withdraw, create, now));
            }
        }

        var untrack = deleting ? [.. pods.Where(p => p.IsTracked())] : (IReadOnlyList<V1Pod>)tally.Untrack;
        return new JobPlan(JobStatusDraft.Of(job, tally, verdict, now), untrack, create, verdict is null || deleting ? [] : tally.Active, withdraw, again);
    }

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b ?? a : a;

    private static int Wanted(V1Job job, JobTally tally)
    {
        var parallelism = job.Spec.Parallelism ?? 1;
        if (job.Spec.Completions is { } completions)
        {
            return Math.Max(0, Math.Min(parallelism, completions - tally.Succeeded - tally.FailedIndexes.Count));
        }

        // A work queue: once a pod has succeeded no new ones begin.
        return tally.Succeeded > 0 ? Math.Min(parallelism, tally.Active.Count) : parallelism;
    }

    // Pods at indexes that are taken, done or out of range, then those beyond the parallelism.
    private static List<V1Pod> Surplus(V1Job job, JobTally tally)
    {
        var surplus = new List<V1Pod>();
        var rest = tally.Active;
        if (job.Spec.CompletionMode == "Indexed")
        {
            rest = [];
            foreach (var at in tally.Active.GroupBy(p => p.Index()))
            {
                var kept = at.Key is { } index && index < job.Spec.Completions && !tally.IsDone(index) ? 1 : 0;
                var byWorth = PodDeletionOrder.First([.. at], at.Count() - kept);
                surplus.AddRange(byWorth);
                rest.AddRange(at.Except<V1Pod>(byWorth, ReferenceEqualityComparer.Instance));
            }
        }

        var beyond = rest.Count - Wanted(job, tally);
        if (beyond > 0)
        {
            surplus.AddRange(PodDeletionOrder.First(rest, beyond));
        }

        return surplus;
    }

    // Returns after what time a pod may be created that has to wait.
    private static TimeSpan? Fill(V1Job job, JobTally tally, IReadOnlyCollection<V1Pod> pods, IReadOnlyCollection<V1Pod> withdraw, List<NewJobPod> create, DateTimeOffset now)
    {
        var occupying = tally.Active.Except<V1Pod>(withdraw, ReferenceEqualityComparer.Instance).Concat(job.ReplacesFailedOnly() ? tally.Terminating : []).ToList();
        var room = Math.Min(Wanted(job, tally) - occupying.Count, MostCreated);
        if (room <= 0)
        {
            return null;
        }

        var perIndex = job.Spec.BackoffLimitPerIndex is not null;
        if (!perIndex && JobBackoff.Left(job, pods, now) is var left && left > TimeSpan.Zero)
        {
            return left;
        }

        if (job.Spec.CompletionMode != "Indexed")
        {
            create.AddRange(Enumerable.Repeat(new NewJobPod(null, null), room));
            return null;
        }

        TimeSpan? again = null;
        var taken = occupying.Select(p => p.Index()).ToHashSet();
        for (var index = 0; index < job.Spec.Completions && create.Count < room; index++)
        {
            if (taken.Contains(index) || tally.IsDone(index))
            {
                continue;
            }

            var failures = tally.FailuresAt(index);
            var wait = perIndex && failures.Last is { } last ? JobBackoff.Left(failures.Count + failures.Ignored, last.EndedAt(), now) : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                again = Sooner(again, wait);
            }
            else
            {
                create.Add(new NewJobPod(index, perIndex ? failures : null));
            }
        }

        return again;
    }
}
