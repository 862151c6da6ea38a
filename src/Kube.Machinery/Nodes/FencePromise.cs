using k8s.Models;

namespace Kube.Machinery.Nodes;

/// <summary>
/// A node's promise, on its Lease, that a guard ends its stateful pods <see cref="Margin"/> before the Lease has run out, counted from when the last renewal that the API server
/// has confirmed was sent, by the node's own monotonic clock, whether or not the agent lives. Without it nobody replaces such a pod.
/// </summary>
public static class FencePromise
{
    /// <summary>The annotation of the Lease.</summary>
    public const string Annotation = "node.portal/fence";

    /// <summary>The annotation's value while the guard runs.</summary>
    public const string Guarded = "guarded";

    /// <summary>Kept before the Lease's end by the node and after it by the control plane: for killing, for clocks that run apart, and for a guard that is scheduled late.</summary>
    public static TimeSpan Margin { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long after a node's last renewal nothing stateful runs on it any more; null when it promises nothing.</summary>
    /// <param name="lease">The node's Lease.</param>
    public static TimeSpan? SafeAfter(V1Lease? lease) =>
        lease?.Metadata.Annotations?.TryGetValue(Annotation, out var value) == true && value == Guarded && lease.Spec?.LeaseDurationSeconds is > 0 and { } seconds
            ? TimeSpan.FromSeconds(seconds) + Margin
            : null;
}
