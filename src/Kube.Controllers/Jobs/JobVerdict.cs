using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>That a job ends, and why.</summary>
/// <param name="Failed">It fails; otherwise it is complete.</param>
/// <param name="Reason">For the condition.</param>
/// <param name="Message">For people.</param>
internal sealed record JobVerdict(bool Failed, string Reason, string Message)
{
    /// <summary>A verdict given before: it stands.</summary>
    public static JobVerdict? Given(V1Job job)
    {
        if (job.Holding(JobConditions.FailureTarget) is { } failure)
        {
            return new JobVerdict(true, failure.Reason, failure.Message);
        }

        return job.Holding(JobConditions.SuccessCriteriaMet) is { } success ? new JobVerdict(false, success.Reason, success.Message) : null;
    }

    /// <summary>What the pods and the time that has passed lead to, or null: the job goes on.</summary>
    public static JobVerdict? Of(V1Job job, JobTally tally, IEnumerable<V1Pod> pods, DateTimeOffset now)
    {
        if (tally.FailureMessage is { } message)
        {
            return new JobVerdict(true, "PodFailurePolicy", message);
        }

        if (tally.Failed > (job.Spec.BackoffLimit ?? 6) || RestartsTooOften(job, pods))
        {
            return new JobVerdict(true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }

        if (DeadlineLeft(job, now) <= TimeSpan.Zero)
        {
            return new JobVerdict(true, "DeadlineExceeded", "Job was active longer than specified deadline");
        }

        return ByIndexes(job, tally) ?? BySuccessPolicy(job, tally) ?? ByCompletions(job, tally);
    }

    /// <summary>What is left of <c>activeDeadlineSeconds</c>; null when it does not run. A job that is resumed begins anew, which its status has yet to say.</summary>
    public static TimeSpan? DeadlineLeft(V1Job job, DateTimeOffset now) =>
        job.Spec.ActiveDeadlineSeconds is { } seconds && job.Spec.Suspend != true && job.Holding(JobConditions.Suspended) is null && job.Status?.StartTime is { } start
            ? new DateTimeOffset(start.ToUniversalTime()).AddSeconds(seconds) - now
            : null;

    // Pods that restart their containers themselves do not fail; their restarts count instead.
    private static bool RestartsTooOften(V1Job job, IEnumerable<V1Pod> pods)
    {
        if (job.Spec.Template.Spec?.RestartPolicy != "OnFailure")
        {
            return false;
        }

        var limit = job.Spec.BackoffLimit ?? 6;
        var restarts = pods.Where(p => p.Status?.Phase is "Running" or "Pending")
            .Sum(p => (p.Status.InitContainerStatuses ?? []).Concat(p.Status.ContainerStatuses ?? []).Sum(c => (long)c.RestartCount));
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static JobVerdict? ByIndexes(V1Job job, JobTally tally)
    {
        if (job.Spec.BackoffLimitPerIndex is null || tally.FailedIndexes.Count == 0)
        {
            return null;
        }

        if (tally.FailedIndexes.Count > job.Spec.MaxFailedIndexes)
        {
            return new JobVerdict(true, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        }

        return tally.SucceededIndexes.Count + tally.FailedIndexes.Count >= job.Spec.Completions ? new JobVerdict(true, "FailedIndexes", "Job has failed indexes") : null;
    }

    private static JobVerdict? BySuccessPolicy(V1Job job, JobTally tally)
    {
        var rules = job.Spec.SuccessPolicy?.Rules ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            var asked = rules[i].SucceededIndexes is { } text ? IndexSet.Parse(text) : null;
            var have = asked is null ? tally.SucceededIndexes.Count : tally.SucceededIndexes.CountOf(asked);
            if ((rules[i].SucceededCount ?? asked?.Count) is { } needed && have >= needed)
            {
                return new JobVerdict(false, "SuccessPolicy", $"Matched rules at index {i}");
            }
        }

        return null;
    }

    private static JobVerdict? ByCompletions(V1Job job, JobTally tally)
    {
        var reached = job.Spec.Completions is { } completions ? tally.Succeeded >= completions : tally.Succeeded > 0;
        return reached && tally.Active.Count == 0 ? new JobVerdict(false, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }
}
