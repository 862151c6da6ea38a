using k8s.Models;
using Kube.Scheduler.Explain;

namespace Kube.Scheduler;

/// <summary>Asks the running scheduler where pods would go, without binding any.</summary>
public interface IPlacementDryRun
{
    /// <summary>Places pods on the current state, each as if those before it had been bound.</summary>
    /// <param name="pods">Pods; only <c>spec</c> and the owner matter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One trace a pod, in order.</returns>
    /// <exception cref="InvalidOperationException">This scheduler does not lead.</exception>
    Task<IReadOnlyList<PlacementTrace>> DryRunAsync(IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken);
}
