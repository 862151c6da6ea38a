using Kube.Machinery.Nodes;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>What is held of a node now.</summary>
/// <param name="Loss">How it is lost; null when it is not.</param>
/// <param name="Since">Since when; what its pods may stay for is counted from here.</param>
/// <param name="FencedAt">When nothing stateful can run on it any more; null when it has promised nothing, or is not lost.</param>
/// <param name="HeldUntil">Until when no new pods go to a node that has come back again and again; null when it is not held.</param>
internal sealed record NodeVerdict(NodeLoss? Loss, DateTimeOffset Since, DateTimeOffset? FencedAt, DateTimeOffset? HeldUntil);
