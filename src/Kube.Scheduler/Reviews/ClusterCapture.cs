using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Reviews;

/// <summary>What the scheduler knew at one moment.</summary>
/// <param name="Snapshot">Nodes, placed pods and volumes.</param>
/// <param name="Waiting">The pods that want a node.</param>
internal sealed record ClusterCapture(SnapshotCapture Snapshot, IReadOnlyList<WaitingPod> Waiting)
{
    /// <summary>Takes a scheduler's state down; only its own loop may.</summary>
    public static ClusterCapture Of(SchedulerState state) => new(
        state.Snapshot.Capture(),
        [
            .. state.Queue.Pods
                .Where(q => !state.Assumed.Contains(q.Uid))
                .Select(q => new WaitingPod(q.Pod, q.Group?.Description, q.Group?.TriedAt, q.NominatedNode, q.Group?.Pods.Count ?? 1)),
        ]);
}
