using k8s.Models;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>A node's newest sign of life. Two are equal or not; what the node wrote as time is never compared with our clock.</summary>
/// <param name="LeaseRevision">The resourceVersion of its Lease; 0 without one.</param>
/// <param name="Heartbeat">Of its Ready condition, unless somebody else wrote that.</param>
internal readonly record struct NodeSign(long LeaseRevision, DateTime? Heartbeat)
{
    /// <summary>What a node and its Lease show.</summary>
    public static NodeSign Of(V1Node node, V1Lease? lease) => new(
        long.TryParse(lease?.Metadata.ResourceVersion, out var revision) ? revision : 0,
        node.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready" && c.Status != "Unknown")?.LastHeartbeatTime);
}
