using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>Takes everything of a pod off the machine: sandboxes, containers, volumes, logs, cgroups.</summary>
internal static class PodCleanup
{
    private const string CgroupRoot = "/sys/fs/cgroup";

    /// <summary>Removes a pod; containers that still run are killed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="uid">The pod's UID.</param>
    /// <param name="pod">The pod when known; null for an orphan, whose logs are found by UID.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task RemoveAsync(PodServices node, string uid, V1Pod? pod, CancellationToken ct)
    {
        foreach (var container in await node.Cri.ListContainersAsync(uid, ct).ConfigureAwait(false))
        {
            await node.Cri.StopContainerAsync(container.Id, TimeSpan.Zero, ct).ConfigureAwait(false);
            await node.Cri.RemoveContainerAsync(container.Id, ct).ConfigureAwait(false);
        }

        foreach (var sandbox in await node.Cri.ListPodSandboxesAsync(uid, ct).ConfigureAwait(false))
        {
            await node.Cri.StopPodSandboxAsync(sandbox.Id, ct).ConfigureAwait(false);
            await node.Cri.RemovePodSandboxAsync(sandbox.Id, ct).ConfigureAwait(false);
        }

        node.Volumes.Remove(uid);
        if (pod is not null)
        {
            RemoveDirectory(node.Paths.PodLogDirectory(pod.Metadata.NamespaceProperty, pod.Metadata.Name, uid));
        }
        else if (Directory.Exists(node.Paths.Logs))
        {
            foreach (var directory in Directory.EnumerateDirectories(node.Paths.Logs, "*_" + uid))
                RemoveDirectory(directory);
        }

        RemoveCgroups(PodConfiguration.CgroupParent(node.Options.InstanceId, uid).TrimStart('/'));
    }

    private static void RemoveDirectory(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    // The runtime leaves the parent it was given; version 1 has one tree a controller, version 2 one in all.
    private static void RemoveCgroups(string parent)
    {
        foreach (var root in Directory.EnumerateDirectories(CgroupRoot).Append(CgroupRoot))
        {
            var directory = Path.Combine(root, parent);
            if (!Directory.Exists(directory))
                continue;
            try
            {
                Directory.Delete(directory);
            }
            catch (IOException)
            {
                // Controllers mounted together appear twice, and a shim may still be leaving: what stays is empty and harmless.
            }
        }
    }
}
