using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Http;

/// <summary>Which of a pod's containers a request for its log or a stream means.</summary>
internal static class PodContainers
{
    /// <summary>The container named, else the only one.</summary>
    /// <exception cref="ApiStatusException">400: the name is none of the pod's, or there are several and none was named.</exception>
    public static string Choose(JsonObject pod, string podName, string? wanted)
    {
        var spec = pod.Object("spec");
        var names = PodTemplates.Containers(spec).Concat(spec.Objects("ephemeralContainers")).Select(c => c.Text("name") ?? "").ToArray();
        if (wanted is { Length: > 0 })
            return names.Contains(wanted) ? wanted : throw Refusal.BadRequest($"container {wanted} is not valid for pod {podName}");
        var main = spec.Objects("containers").Select(c => c.Text("name") ?? "").ToArray();
        return main.Length == 1
            ? main[0]
            : throw Refusal.BadRequest($"a container name must be specified for pod {podName}, choose one of: [{string.Join(' ', names)}]");
    }

    /// <summary>Whether the container was declared with a terminal.</summary>
    public static bool HasTerminal(JsonObject pod, string container)
    {
        var spec = pod.Object("spec");
        return PodTemplates.Containers(spec).Concat(spec.Objects("ephemeralContainers")).FirstOrDefault(c => c.Text("name") == container)?["tty"]?.GetValue<bool>() == true;
    }
}
