using Kube.Scheduler.Preemption;
using Kube.Scheduler.Queue;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler;

/// <summary>All that one term of scheduling knows. Belongs to its single loop.</summary>
internal sealed class SchedulerState
{
    /// <summary>Makes an empty state.</summary>
    public SchedulerState()
    {
        Placement = new Placement(Snapshot);
        Nominations = new Nominations(Snapshot);
        Victims = new VictimSearch(Snapshot, Placement, Budgets);
    }

    public ClusterSnapshot Snapshot { get; } = new();

    public Placement Placement { get; }

    public SchedulingQueue Queue { get; } = new();

    public Nominations Nominations { get; }

    public Budgets Budgets { get; } = new();

    public VictimSearch Victims { get; }

    /// <summary>Pods that have a node but whose binding has not been seen yet.</summary>
    public HashSet<string> Assumed { get; } = new(StringComparer.Ordinal);

    /// <summary>What happened since waiting pods were last looked at.</summary>
    public List<ClusterChange> Changes { get; } = [];
}
