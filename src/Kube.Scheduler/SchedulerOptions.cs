namespace Kube.Scheduler;

/// <summary>Settings of the scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Pods that name this <c>spec.schedulerName</c> (or none) are ours.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>How many bindings are under way at once; at least 1.</summary>
    public int ParallelBinds { get; init; } = 64;

    /// <summary>Whether a Lease decides which of several schedulers works.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Who this scheduler is in the Lease; keep it the same over restarts of one installation.</summary>
    public string Identity { get; init; } = Environment.MachineName;
}
