using k8s.Models;
using Kube.Node.Runtime;

namespace Kube.Node.Pods;

/// <summary>Takes everything of a pod off the machine: sandboxes, containers, volumes, logs, cgroups.</summary>
internal static class PodCleanup
{
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

        node.Fence.Forget(uid);
        node.Volumes.Remove(uid);
        node.Api.Forget(uid);
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

    /// <summary>Removes what a shim that was still leaving has kept: cgroups of pods that are no more.</summary>
    public static void RemoveLeftCgroups(string instanceId, Func<string, bool> isKnown)
    {
        var parent = Path.GetDirectoryName(PodConfiguration.CgroupParent(instanceId, "").TrimStart('/'))!;
        foreach (var root in Directory.EnumerateDirectories(Cgroups.Root).Append(Cgroups.Root).Select(r => Path.Combine(r, parent)).Where(Directory.Exists))
        {
            foreach (var directory in Directory.EnumerateDirectories(root, "pod*").Where(d => !isKnown(Path.GetFileName(d)[3..])))
                TryRemove(directory);
        }
    }

    // The runtime leaves the parent it was given; version 1 has one tree a controller, version 2 one in all.
    private static void RemoveCgroups(string parent)
    {
        foreach (var root in Directory.EnumerateDirectories(Cgroups.Root).Append(Cgroups.Root))
            TryRemove(Path.Combine(root, parent));
    }

    private static void TryRemove(string cgroup)
    {
        try
        {
            if (Directory.Exists(cgroup))
                Directory.Delete(cgroup);
        }
        catch (IOException)
        {
            // Controllers mounted together appear twice, and a shim may still be leaving: the next look removes it.
        }
    }
}
