using k8s.Models;
using Kube.Machinery.Volumes;
using Kube.Node.Pods;

namespace Kube.Node.Volumes;

/// <summary>Volumes that a pod has by a claim: directories of this machine, made here where the cluster's own provisioner made the volume.</summary>
internal sealed class ClaimedVolumes(NodePaths paths, IPodApi api)
{
    private const int OpenToAll = 0x1FF;
    private const int SetGroupId = 0x400;

    /// <summary>The directory of the claim's volume, ready to be mounted.</summary>
    /// <exception cref="ContainerStartException">The claim is not there or not bound yet, belongs to another pod, or its volume is of a kind this node does not support.</exception>
    public async Task<string> PrepareAsync(V1Pod pod, V1Volume volume, CancellationToken ct)
    {
        var claim = volume.PersistentVolumeClaim.ClaimName;
        var bound = await api.GetClaimedVolumeAsync(pod.Metadata.NamespaceProperty, claim, ct).ConfigureAwait(false)
            ?? throw Fault(volume, $"claim {claim} does not exist or is not bound to a volume yet");
        var directory = bound.Spec.Local?.Path ?? bound.Spec.HostPath?.Path ?? throw Fault(volume, $"volume {bound.Metadata.Name} is of a kind this node does not support (only local and hostPath)");
        if (bound.Metadata.Annotations?.TryGetValue(LocalVolumes.ProvisionedBy, out var maker) == true && maker == LocalVolumes.Provisioner)
            Make(volume, directory, bound.Metadata.Name, pod.Spec.SecurityContext?.FsGroup);
        else if (!Directory.Exists(directory))
            throw Fault(volume, $"{directory} does not exist on this node");
        return directory;
    }

    // Only ever below the agent's own directory, whatever the volume says.
    private void Make(V1Volume volume, string directory, string name, long? group)
    {
        if (directory != Path.Combine(paths.Volumes, name))
            throw Fault(volume, $"{directory} is not where this node keeps volume {name}");
        if (Directory.Exists(directory))
            return;
        Directory.CreateDirectory(paths.Volumes, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var fresh = directory + ".new";
        Directory.CreateDirectory(fresh);
        File.SetUnixFileMode(fresh, (UnixFileMode)(group is null ? OpenToAll : OpenToAll | SetGroupId));
        if (group is { } id)
            FileSystemCalls.SetGroup(fresh, id);
        Directory.Move(fresh, directory);
    }

    private static ContainerStartException Fault(V1Volume volume, string message) => new(ContainerStartException.ConfigError, $"volume {volume.Name}: {message}");
}
