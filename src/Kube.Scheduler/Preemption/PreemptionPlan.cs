using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Preemption;

/// <summary>A node made free for a pod.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Victims">The pods pushed off.</param>
/// <param name="Violations">How many of them go below a disruption budget.</param>
internal sealed record PreemptionPlan(string Node, IReadOnlyList<PlacedPod> Victims, int Violations)
{
    /// <summary>The highest priority among the victims.</summary>
    public int Highest => Victims.Count == 0 ? int.MinValue : Victims.Max(v => v.Shape.Priority);

    /// <summary>The sum of priorities, every victim counting for more than nothing.</summary>
    public long Sum => Victims.Sum(v => v.Shape.Priority - (long)int.MinValue + 1);

    /// <summary>When the longest-running of the most important victims started.</summary>
    public DateTime EarliestStart => Victims.Where(v => v.Shape.Priority == Highest).Select(VictimSearch.StartOf).DefaultIfEmpty(DateTime.MaxValue).Min();
}
