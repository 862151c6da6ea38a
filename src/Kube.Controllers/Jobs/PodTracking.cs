using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.Jobs;

/// <summary>Takes the finalizer of job tracking off a pod.</summary>
internal static class PodTracking
{
    /// <param name="pods">Access to pods.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="bound">Refused with a conflict when the pod has changed since it was looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RemoveAsync(ResourceClient<V1Pod> pods, V1Pod pod, bool bound, CancellationToken cancellationToken)
    {
        // The uid is a precondition: another pod of the name is not touched. Strategic merge takes exactly one finalizer out, whatever others do to the list.
        var metadata = new JsonObject { ["uid"] = pod.Metadata.Uid, ["$deleteFromPrimitiveList/finalizers"] = new JsonArray(JobPods.Tracking) };
        if (bound)
        {
            metadata["resourceVersion"] = pod.Metadata.ResourceVersion;
        }

        try
        {
            await pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, new JsonObject { ["metadata"] = metadata }, PatchKind.StrategicMerge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound || (e.IsConflict && !bound))
        {
            // Gone, or another pod has the name by now.
        }
    }
}
