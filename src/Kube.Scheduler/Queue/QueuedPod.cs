using k8s.Models;
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

    /// <summary>The group it is parked in, or asks for.</summary>
    public ParkedGroup? Group { get; set; }

    /// <summary>The node that pods are being pushed off for it; such a pod asks for itself alone.</summary>
    public string? NominatedNode { get; set; }

    /// <summary>Whether it asks for a group, so that it is tried although its like are parked.</summary>
    public bool IsProbe { get; set; }

    /// <summary>Failed bindings in a row; what the back-off grows by.</summary>
    public int Failures { get; set; }

    /// <summary>The message last reported, so that the same one is not written twice.</summary>
    public string? Reported { get; set; }

    public string Uid => Pod.Metadata.Uid;

    /// <summary>Equal for pods that may be parked together.</summary>
    public string GroupKey => NominatedNode is null ? Shape.FullKey : $"{Shape.FullKey}\n{Uid}";
}
