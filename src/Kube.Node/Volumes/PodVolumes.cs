using System.Collections.Concurrent;
using k8s.Models;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Volumes;

/// <summary>A pod's volumes on this machine: made before its first container, kept current, removed with the pod.</summary>
internal sealed class PodVolumes(NodePaths paths, VolumeContent content, ClaimedVolumes claimed)
{
    private readonly ConcurrentDictionary<(string Uid, string Volume), string> _claimed = [];
    private const int OpenToAll = 0x1FF;
    private const int SetGroupId = 0x400;

    /// <summary>Makes what is missing and refreshes what comes from the API.</summary>
    /// <exception cref="ContainerStartException">A volume cannot be made; the message names it.</exception>
    public async Task PrepareAsync(V1Pod pod, IReadOnlyList<string> addresses, CancellationToken ct)
    {
        var group = pod.Spec.SecurityContext?.FsGroup;
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            var directory = DirectoryOf(pod, volume);
            try
            {
                if (volume.EmptyDir is { } empty)
                    PrepareEmpty(directory, empty, group);
                else if (volume.HostPath is { } host)
                    PrepareHostPath(volume.Name, host);
                else if (volume.PersistentVolumeClaim is not null)
                    _claimed[(pod.Metadata.Uid, volume.Name)] = await claimed.PrepareAsync(pod, volume, ct).ConfigureAwait(false);
                else
                    await PrepareFilesAsync(pod, volume, directory, addresses, group, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ContainerStartException(ContainerStartException.ConfigError, $"volume {volume.Name}: {e.Message}", e);
            }
        }
    }

    /// <summary>The mounts of one container.</summary>
    /// <exception cref="ContainerStartException">A mount names no volume, or its subPath leaves the volume.</exception>
    public IEnumerable<Mount> MountsOf(V1Pod pod, V1Container container, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var mount in container.VolumeMounts ?? [])
        {
            var volume = pod.Spec.Volumes?.FirstOrDefault(v => v.Name == mount.Name)
                ?? throw Fault(container, $"mounts volume {mount.Name}, which the pod does not have");
            var source = volume.HostPath?.Path ?? (volume.PersistentVolumeClaim is null ? DirectoryOf(pod, volume) : _claimed[(pod.Metadata.Uid, volume.Name)]);
            var below = mount.SubPathExpr is { Length: > 0 } expression ? VariableExpansion.Expand(expression, environment) : mount.SubPath;
            if (!string.IsNullOrEmpty(below))
                source = Beneath(container, volume, source, below);
            yield return new Mount
            {
                ContainerPath = mount.MountPath,
                HostPath = source,
                Readonly = mount.ReadOnlyProperty == true || volume.PersistentVolumeClaim?.ReadOnlyProperty == true || IsFiles(volume),
                Propagation = mount.MountPropagation == "HostToContainer" ? MountPropagation.PropagationHostToContainer : MountPropagation.PropagationPrivate,
            };
        }
    }

    /// <summary>Removes everything the pod had on this machine except its logs.</summary>
    public void Remove(string uid)
    {
        foreach (var key in _claimed.Keys.Where(key => key.Uid == uid))
            _claimed.TryRemove(key, out _);
        var directory = paths.PodDirectory(uid);
        if (!Directory.Exists(directory))
            return;
        var volumes = Path.Combine(directory, "volumes");
        if (Directory.Exists(volumes))
        {
            foreach (var volume in Directory.EnumerateDirectories(volumes).SelectMany(Directory.EnumerateDirectories))
                FileSystemCalls.Unmount(volume);
        }

        Directory.Delete(directory, recursive: true);
    }

    private static bool IsFiles(V1Volume volume) => volume.EmptyDir is null && volume.HostPath is null && volume.PersistentVolumeClaim is null;

    private string DirectoryOf(V1Pod pod, V1Volume volume) => paths.VolumeDirectory(pod.Metadata.Uid, IsFiles(volume) ? "files" : "empty", volume.Name);

    private static void PrepareEmpty(string directory, V1EmptyDirVolumeSource source, long? group)
    {
        if (Directory.Exists(directory))
            return;
        // Made under another name first: a crash between making and mounting must not leave a plain directory that passes for the memory volume.
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        var fresh = directory + ".new";
        Directory.CreateDirectory(fresh);
        File.SetUnixFileMode(fresh, (UnixFileMode)(group is null ? OpenToAll : OpenToAll | SetGroupId));
        if (group is { } id)
            FileSystemCalls.SetGroup(fresh, id);
        Directory.Move(fresh, directory);
        if (source.Medium == "Memory")
        {
            FileSystemCalls.MountMemory(directory, (long)(source.SizeLimit?.ToDecimal() ?? 0), OpenToAll);
            if (group is { } owner)
                FileSystemCalls.SetGroup(directory, owner);
        }
    }

    private static void PrepareHostPath(string name, V1HostPathVolumeSource source)
    {
        if (source.Type == "DirectoryOrCreate")
            Directory.CreateDirectory(source.Path);
        else if (!Path.Exists(source.Path))
            throw new IOException($"host path {source.Path} of volume {name} does not exist");
    }

    private async Task PrepareFilesAsync(V1Pod pod, V1Volume volume, string directory, IReadOnlyList<string> addresses, long? group, CancellationToken ct)
    {
        var files = await content.ReadAsync(pod, volume, addresses, ct).ConfigureAwait(false);
        Directory.CreateDirectory(directory);
        // Secrets stay off the disk, as everything from the API does.
        if (!FileSystemCalls.IsMounted(directory))
            FileSystemCalls.MountMemory(directory, 0, 0x1ED);
        AtomicWriter.Write(directory, files, group);
    }

    private static string Beneath(V1Container container, V1Volume volume, string root, string below)
    {
        var full = Path.GetFullPath(Path.Combine(root, below));
        if (!full.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw Fault(container, $"subPath {below} leaves volume {volume.Name}");
        if (!Path.Exists(full))
        {
            if (IsFiles(volume))
                throw Fault(container, $"volume {volume.Name} has no {below}");
            Directory.CreateDirectory(full);
            File.SetUnixFileMode(full, (UnixFileMode)OpenToAll);
        }

        // A link that a container planted must not lead the next start out of the volume.
        var walked = root;
        foreach (var part in Path.GetRelativePath(root, full).Split('/'))
        {
            walked = Path.Combine(walked, part);
            if (new FileInfo(walked).LinkTarget is null)
                continue;
            var target = Path.GetFullPath(File.ResolveLinkTarget(walked, returnFinalTarget: true)?.FullName ?? walked);
            if (!target.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
                throw Fault(container, $"subPath {below} leaves volume {volume.Name} through a link");
            walked = target;
        }

        return walked;
    }

    private static ContainerStartException Fault(V1Container container, string message) =>
        new(ContainerStartException.ConfigError, $"container {container.Name}: {message}");
}
