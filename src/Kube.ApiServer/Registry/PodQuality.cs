using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The quality-of-service class of a pod: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/.</summary>
internal static class PodQuality
{
    public static string Of(JsonObject spec)
    {
        var any = false;
        var guaranteed = true;
        foreach (var container in PodTemplates.Containers(spec))
        {
            var resources = container.Object("resources");
            var requests = resources.Object("requests");
            var limits = resources.Object("limits");
            any |= requests is { Count: > 0 } || limits is { Count: > 0 };
            foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                if (limits.Text(name) is not { } limit || (requests.Text(name) ?? limit) != limit)
                    guaranteed = false;
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
