using k8s.Models;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Queue;

/// <summary>A pod that wants a node.</summary>
internal sealed class QueuedPod(V1Pod pod, PodShape shape, long sequence)
{
    public V1Pod Pod { get; set; } = pod;

    public PodShape Shape { get; set; } = shape;

    /// <summary>Order of arrival.</summary>
    public long Sequence { get; } = sequence;

    public QueuePlace Place { get; set; }

    /// <summary>Failed bindings in a row; what the back-off grows by.</summary>
    public int Failures { get; set; }

    /// <summary>The filters that refused it on some node at the last try: what an event must change to be worth another try.</summary>
    public Filter RefusedBy { get; set; }

    /// <summary>The message last reported, so that the same one is not written twice.</summary>
    public string? Reported { get; set; }

    public string Uid => Pod.Metadata.Uid;

    public int Priority => Pod.Spec.Priority ?? 0;
}
