using k8s.Models;
using Kube.Scheduler.Volumes;

namespace Kube.Scheduler.Binding;

/// <summary>What the scheduler writes. It has a test double that binds in memory.</summary>
internal interface IPodBinder
{
    /// <summary>Binds a pod to a node; throws when it did not, or may not have, come about.</summary>
    Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken);

    /// <summary>Gives claims that waited for a pod's node their volumes; throws when it did not, or may not have, come about.</summary>
    Task ReserveVolumesAsync(string node, IReadOnlyList<VolumeReservation> reservations, CancellationToken cancellationToken);

    /// <summary>Pushes pods off a node for a more important one and notes that it is to get the node; throws when it did not, or may not have, come about.</summary>
    Task PreemptAsync(V1Pod pod, string node, IReadOnlyList<V1Pod> victims, CancellationToken cancellationToken);

    /// <summary>Reports that no node takes a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="message">Why, in Kubernetes' words.</param>
    /// <param name="fix">The cheapest change that would help, in plain words; null when none is known.</param>
    void ReportFailure(V1Pod pod, string message, string? fix);
}
