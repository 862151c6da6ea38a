using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Observe;

namespace Portal.Core.Apply;

/// <summary>Sees instances of a release that start again and again: waiting for the deadline would change nothing.</summary>
internal sealed class CrashLook(ClusterLinks links)
{
    private const int Starts = 3;

    /// <summary>What crashes, as one sentence; null when nothing of this release does.</summary>
    public async Task<string?> FindAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var release = Names.Number(input.InstanceRelease);
        var cache = (await links.OfAsync(input.Namespace, cancellationToken)).Cache;
        var pod = cache.Pods.In(input.Namespace).Values.FirstOrDefault(pod =>
            pod.Metadata.Labels is { } labels && labels.TryGetValue(Labels.App, out var app) && app == input.App
            && labels.TryGetValue(Labels.Release, out var of) && of == release && labels.TryGetValue(Labels.Process, out var process) && !input.Spec.Processes.Any(p => p.Key == process && p.Value.IsCron)
            && pod.Status?.ContainerStatuses?.Any(status => status.RestartCount >= Starts && status.State?.Waiting?.Reason == "CrashLoopBackOff") == true);
        return pod is null ? null : $"The instance {pod.Metadata.Name} ended {Starts} times and more: {Snapshots.Instance(pod).Message}";
    }
}
