using k8s.Models;

namespace Kube.Scheduler.Reviews;

/// <summary>A pod that wants a node, with the scheduler's last decision about it.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Message">Why no node took it; null before its first try.</param>
/// <param name="TriedAt">When it was tried.</param>
/// <param name="NominatedNode">The node where others are being pushed off for it.</param>
/// <param name="Alike">How many pods of its shape wait, itself included.</param>
internal sealed record WaitingPod(V1Pod Pod, string? Message, DateTimeOffset? TriedAt, string? NominatedNode, int Alike);
