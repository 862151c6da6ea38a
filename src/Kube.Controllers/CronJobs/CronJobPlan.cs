using k8s.Models;
using Kube.Controllers.Jobs;

namespace Kube.Controllers.CronJobs;

/// <summary>What a cron job needs now; the pure part of its controller. Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/</summary>
/// <param name="Active">Its jobs that have not finished.</param>
/// <param name="LastSuccess">When a job was complete last, or null.</param>
/// <param name="History">Finished jobs beyond what is kept.</param>
/// <param name="Start">The time whose job is to be created now, or null.</param>
/// <param name="Replace">Jobs that give way to it.</param>
/// <param name="Forbidden">A job still runs, so the one that is due is not started.</param>
/// <param name="TooManyMissed">So many times were missed that a clock or the deadline must be wrong.</param>
/// <param name="LookAgain">How long until the next time.</param>
internal sealed record CronJobPlan(
    IReadOnlyList<V1Job> Active,
    DateTime? LastSuccess,
    IReadOnlyList<V1Job> History,
    DateTimeOffset? Start,
    IReadOnlyList<V1Job> Replace,
    bool Forbidden,
    bool TooManyMissed,
    TimeSpan? LookAgain)
{
    private const string Instantiated = "cronjob.kubernetes.io/instantiate";

    /// <param name="cron">The cron job.</param>
    /// <param name="schedule">Its schedule, or null when it cannot be read.</param>
    /// <param name="zone">Its time zone.</param>
    /// <param name="jobs">Jobs it controls.</param>
    /// <param name="now">The time.</param>
    public static CronJobPlan Of(V1CronJob cron, CronSchedule? schedule, TimeZoneInfo zone, IReadOnlyCollection<V1Job> jobs, DateTimeOffset now)
    {
        // One that a person started by hand neither waits for others nor holds them up.
        var active = jobs.Where(j => !j.IsFinished() && j.Metadata.Annotations?.ContainsKey(Instantiated) != true).OrderBy(j => j.Metadata.Name, StringComparer.Ordinal).ToList();
        var success = jobs.Where(j => j.Holding(JobConditions.Complete) is not null).Max(j => j.Status.CompletionTime);
        var plan = new CronJobPlan(
            active,
            success > (cron.Status?.LastSuccessfulTime ?? DateTime.MinValue) ? success : cron.Status?.LastSuccessfulTime,
            [.. Beyond(jobs, JobConditions.Complete, cron.Spec.SuccessfulJobsHistoryLimit ?? 3), .. Beyond(jobs, JobConditions.Failed, cron.Spec.FailedJobsHistoryLimit ?? 1)],
            null,
            [],
            false,
            false,
            null);
        if (schedule is null || cron.Spec.Suspend == true || cron.Metadata.DeletionTimestamp is not null)
        {
            return plan;
        }

        // A little late rather than a little early.
        plan = plan with { LookAgain = schedule.Next(now, zone) is { } next ? next - now + TimeSpan.FromMilliseconds(20) : null };
        var (due, tooMany) = schedule.LastMissed(Earliest(cron, now), now, zone);
        plan = plan with { TooManyMissed = tooMany };
        if (due is null)
        {
            return plan;
        }

        return cron.Spec.ConcurrencyPolicy switch
        {
            "Forbid" when active.Count > 0 => plan with { Forbidden = true },
            "Replace" => plan with { Start = due, Replace = active },
            _ => plan with { Start = due },
        };
    }

    // Times before this one are done with, or too old to be made up for.
    private static DateTimeOffset Earliest(V1CronJob cron, DateTimeOffset now)
    {
        var last = cron.Status?.LastScheduleTime ?? cron.Metadata.CreationTimestamp;
        var earliest = last is { } time ? new DateTimeOffset(time.ToUniversalTime()) : now;
        return cron.Spec.StartingDeadlineSeconds is { } deadline && now.AddSeconds(-deadline) is var bound && bound > earliest ? bound : earliest;
    }

    private static IEnumerable<V1Job> Beyond(IEnumerable<V1Job> jobs, string condition, int kept) => jobs
        .Where(j => j.Holding(condition) is not null)
        .OrderByDescending(j => j.Status.StartTime ?? j.Metadata.CreationTimestamp)
        .ThenByDescending(j => j.Metadata.Name, StringComparer.Ordinal)
        .Skip(kept);
}
