using Grpc.Core;
using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Fencing;
using Kube.Node.Images;
using Kube.Node.Status;
using Kube.Node.Volumes;

namespace Kube.Node.Pods;

/// <summary>Starts one container: image, environment, mounts, create, start.</summary>
internal sealed class ContainerLauncher(NodePaths paths, MachineFacts machine, CriClient cri, ImagePuller images, RegistryCredentials credentials, PodVolumes volumes, EnvironmentBuilder environments, FenceLease fence, IEventSink events)
{
    private const string DefaultTerminationPath = "/dev/termination-log";

    /// <summary>Starts it; <c>interrupt</c> ends only the wait for the image, which may take minutes.</summary>
    /// <remarks><c>processesOf</c> is the id of the container whose processes this one sees too; null for its own alone.</remarks>
    /// <returns>The id of the started container.</returns>
    /// <exception cref="ContainerStartException">With the reason and message to show.</exception>
    public async Task<string> StartAsync(V1Pod pod, V1Container container, uint attempt, string sandboxId, PodSandboxConfig sandbox, IReadOnlyList<string> addresses, string hostsFile, string? processesOf, CancellationToken interrupt, CancellationToken ct)
    {
        var image = await images.EnsureAsync(container.Image, container.ImagePullPolicy, (reference, stop) => credentials.ForAsync(pod, reference, stop), interrupt).ConfigureAwait(false);
        SecurityTranslation.CheckNonRoot(pod, container, image);
        var environment = await environments.BuildAsync(pod, container, addresses, ct).ConfigureAwait(false);
        var mounts = volumes.MountsOf(pod, container, environment).ToList();
        if (pod.Spec.HostNetwork != true && !mounts.Exists(m => m.ContainerPath == "/etc/hosts"))
            mounts.Add(new Mount { ContainerPath = "/etc/hosts", HostPath = hostsFile });
        mounts.Add(new Mount { ContainerPath = container.TerminationMessagePath ?? DefaultTerminationPath, HostPath = TerminationFile(pod.Metadata.Uid, container.Name, attempt, create: true) });
        var config = PodConfiguration.Container(pod, container, attempt, image.Id, environment, mounts, machine.MemoryBytes);
        if (processesOf is not null)
            (config.Linux.SecurityContext.NamespaceOptions.Pid, config.Linux.SecurityContext.NamespaceOptions.TargetId) = (NamespaceMode.Target, processesOf);
        if (!machine.HasSeccomp)
            config.Linux.SecurityContext.Seccomp.ProfileType = SecurityProfile.Types.ProfileType.Unconfined;
        await fence.AdmitAsync(pod, ct).ConfigureAwait(false);
        var id = await CreateAsync(container, sandboxId, config, sandbox, ct).ConfigureAwait(false);
        try
        {
            await cri.StartContainerAsync(id, ct).ConfigureAwait(false);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new ContainerStartException(ContainerStartException.RunError, $"container {container.Name} could not be started: {e.Status.Detail}", e);
        }

        events.Record(pod, false, "Started", $"Started container {container.Name}");
        return id;
    }

    /// <summary>What a container left in its termination message file; empty when nothing.</summary>
    public string TerminationMessage(string uid, string container, uint attempt)
    {
        const int limit = 4096;
        var file = TerminationFile(uid, container, attempt, create: false);
        if (!File.Exists(file))
            return "";
        using var stream = File.OpenRead(file);
        var buffer = new byte[limit];
        var length = stream.ReadAtLeast(buffer, limit, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private async Task<string> CreateAsync(V1Container container, string sandboxId, ContainerConfig config, PodSandboxConfig sandbox, CancellationToken ct)
    {
        try
        {
            return await cri.CreateContainerAsync(sandboxId, config, sandbox, ct).ConfigureAwait(false);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new ContainerStartException(ContainerStartException.CreateError, $"container {container.Name} could not be created: {e.Status.Detail}", e);
        }
    }

    private string TerminationFile(string uid, string container, uint attempt, bool create)
    {
        var directory = Path.Combine(paths.PodDirectory(uid), "containers", container);
        var file = Path.Combine(directory, $"termination-{attempt}");
        if (create)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(file, []);
            // The container's user, whoever that is, writes it.
            File.SetUnixFileMode(file, (UnixFileMode)0x1B6);
        }

        return file;
    }
}
