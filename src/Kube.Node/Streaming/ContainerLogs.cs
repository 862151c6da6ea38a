using System.Globalization;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Streaming;

/// <summary>Finds the log of a pod's container.</summary>
internal sealed class ContainerLogs(IPodApi pods, CriClient cri, NodePaths paths)
{
    /// <summary>The newest attempt's log, or the one before it.</summary>
    /// <returns>The file and its attempt; or null and the reason and HTTP status to answer with.</returns>
    public (string? File, string Uid, uint Attempt, int Code, string Reason) Find(string podNamespace, string podName, string container, bool previous)
    {
        var pod = pods.List().FirstOrDefault(p => p.Metadata.NamespaceProperty == podNamespace && p.Metadata.Name == podName);
        if (pod is null)
            return (null, "", 0, 404, $"pods \"{podName}\" not found");
        if (!pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Any(c => c.Name == container) && !EphemeralContainers.Contains(pod, container))
            return (null, "", 0, 400, $"container {container} is not valid for pod {podName}");
        var directory = Path.Combine(paths.PodLogDirectory(podNamespace, podName, pod.Metadata.Uid), container);
        var attempts = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*.log").Select(f => uint.TryParse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture, out var n) ? n : (uint?)null).OfType<uint>().OrderDescending().ToList()
            : [];
        if (previous && attempts.Count < 2)
            return (null, "", 0, 400, $"previous terminated container \"{container}\" in pod \"{podName}\" not found");
        if (attempts.Count == 0)
        {
            var status = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).FirstOrDefault(s => s.Name == container);
            return (null, "", 0, 400, $"container \"{container}\" in pod \"{podName}\" is waiting to start: {status?.State?.Waiting?.Reason ?? "ContainerCreating"}");
        }

        var attempt = attempts[previous ? 1 : 0];
        return (Path.Combine(directory, attempt.ToString(CultureInfo.InvariantCulture) + ".log"), pod.Metadata.Uid, attempt, 200, "");
    }

    /// <summary>What takes the secrets out that the pod's containers were given.</summary>
    /// <returns>Null when they cannot be known now: then nothing may be shown.</returns>
    public async Task<LogRedactor?> RedactorAsync(string podNamespace, string uid, CancellationToken ct)
    {
        if (!RedactionSelfTest.Passed || pods.List().FirstOrDefault(p => p.Metadata.Uid == uid) is not { } pod)
            return null;
        var values = new List<byte[]>();
        foreach (var name in PodSecrets.NamesOf(pod))
        {
            try
            {
                await pods.GetSecretAsync(podNamespace, name, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or Kube.Machinery.Client.ApiException && !ct.IsCancellationRequested)
            {
                // The server is away: what containers of this agent were given is remembered, and an agent that has given nothing yet cannot know.
                if (!pods.SecretValues(podNamespace, name).Any())
                    return null;
            }

            values.AddRange(pods.SecretValues(podNamespace, name));
        }

        return values.Count == 0 ? LogRedactor.None : new LogRedactor(values);
    }

    /// <summary>Whether that attempt of the container still runs.</summary>
    public async Task<bool> IsRunningAsync(string uid, string container, uint attempt, CancellationToken ct) =>
        (await cri.ListContainersAsync(uid, ct).ConfigureAwait(false)).Any(c => c.State == ContainerState.ContainerRunning && c.Metadata.Name == container && c.Metadata.Attempt == attempt);
}
