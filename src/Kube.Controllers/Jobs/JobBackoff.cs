using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>How long a failed pod's replacement waits: 10 s, 20 s, 40 s ... and six minutes at most (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy).</summary>
internal static class JobBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    /// <summary>What is left to wait after some failures, the last at a time.</summary>
    public static TimeSpan Left(int failures, DateTimeOffset last, DateTimeOffset now)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        var wait = TimeSpan.FromSeconds(Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 16)), Longest.TotalSeconds));
        var left = last + wait - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The same for the pods of a job: its failures since a pod succeeded last. Pods that the job withdraws do not count.</summary>
    public static TimeSpan Left(V1Job job, IReadOnlyCollection<V1Pod> pods, DateTimeOffset now)
    {
        var success = pods.Where(p => p.Status?.Phase == "Succeeded").Select(p => p.EndedAt()).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var failures = pods.Where(p => p.CountsAsFailed(job) && (p.HasEnded() || p.IsTracked()) && p.EndedAt() > success).Select(p => p.EndedAt()).ToArray();
        return failures.Length == 0 ? TimeSpan.Zero : Left(failures.Length, failures.Max(), now);
    }
}
