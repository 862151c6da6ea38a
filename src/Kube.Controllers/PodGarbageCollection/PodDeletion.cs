using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.PodGarbageCollection;

/// <summary>Deletes exactly the pod that was looked at.</summary>
internal static class PodDeletion
{
    /// <param name="pods">Access to pods.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="graceSeconds">Grace period; null for the pod's own, 0 removes the object at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task DeleteAsync(ResourceClient<V1Pod> pods, V1Pod pod, long? graceSeconds, CancellationToken cancellationToken)
    {
        var options = new V1DeleteOptions { GracePeriodSeconds = graceSeconds, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } };
        try
        {
            await pods.DeleteAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, options, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Another pod has the name by now.
        }
    }
}
