namespace Kube.Controllers.NodeLifecycle;

/// <summary>When a node last gave a sign of life, by the controller's own clock: what nodes write as time is never compared.</summary>
/// <param name="Sign">What was seen last: the Lease's renewal and the Ready condition's heartbeat.</param>
/// <param name="SeenAt">When that was first seen.</param>
internal sealed record NodeHealth(string Sign, DateTimeOffset SeenAt)
{
    /// <summary>Takes in what a node shows now.</summary>
    public static NodeHealth Observe(NodeHealth? before, string sign, DateTimeOffset now) =>
        before is not null && before.Sign == sign ? before : new NodeHealth(sign, now);
}
