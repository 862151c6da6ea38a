using Kube.Scheduler.Explain;

namespace Kube.Scheduler;

/// <summary>Asks the running scheduler where pods would go, without binding any.</summary>
public interface IPlacementDryRun
{
    /// <summary>Places pods on the current state, each as if those before it had been bound.</summary>
    /// <param name="question">The pods, and how the cluster would differ.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One trace a pod, in order.</returns>
    /// <exception cref="InvalidOperationException">This scheduler does not lead.</exception>
    Task<IReadOnlyList<PlacementTrace>> DryRunAsync(PlacementQuestion question, CancellationToken cancellationToken);
}
