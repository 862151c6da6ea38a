using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.PodGarbageCollection;

/// <summary>Says in a pod's status that the cluster, not its own work, ends it: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions.</summary>
internal static class PodDisruption
{
    /// <param name="pods">Access to pods.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="reason">For instance <c>DeletionByTaintManager</c>.</param>
    /// <param name="message">For people.</param>
    /// <param name="lost">Nobody is left to say how it ended: it counts as failed.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task MarkAsync(ResourceClient<V1Pod> pods, V1Pod pod, string reason, string message, bool lost, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lost &= !pod.HasEnded();
        if (!lost && pod.Condition("DisruptionTarget")?.Status == "True")
        {
            return;
        }

        var condition = new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True", ["reason"] = reason, ["message"] = message, ["lastTransitionTime"] = Timestamps.Text(now) };
        var status = new JsonObject { ["conditions"] = new JsonArray(condition) };
        if (lost)
        {
            status["phase"] = "Failed";
        }

        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = status };
        try
        {
            await pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, patch, PatchKind.StrategicMerge, cancellationToken, "status");
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another pod has the name by now.
        }
    }
}
