using System.Globalization;
using Grpc.Core;
using Kube.Node.Cri;
using Kube.Node.Registration;
using Microsoft.Extensions.Logging;

namespace Kube.Node;

/// <summary>What is done to a node from outside its agent: before it runs (joining) and after it (taking the node down).</summary>
public static class NodeInstallation
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Joins the cluster unless the node already has credentials.</summary>
    /// <param name="options">The node's options; <see cref="NodeOptions.JoinToken"/> is needed the first time.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where progress goes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Path of the node's kubeconfig.</returns>
    /// <exception cref="InvalidOperationException">There are no credentials and the token is missing, malformed, spent or expired.</exception>
    public static async Task<string> JoinAsync(NodeOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var paths = new NodePaths(options.DataDirectory);
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(paths.Pki, ownerOnly);
        File.SetUnixFileMode(paths.Pki, ownerOnly);
        await new NodeRegistration(options, paths, new CredentialStore(paths, options), time, logger).EnsureJoinedAsync(cancellationToken).ConfigureAwait(false);
        return paths.Kubeconfig;
    }

    /// <summary>Whether the directory holds a node's credentials.</summary>
    /// <param name="dataDirectory">The agent's data directory.</param>
    public static bool HasJoined(string dataDirectory)
    {
        var paths = new NodePaths(dataDirectory);
        return File.Exists(paths.ClientCertificate) && File.Exists(paths.CaCertificate);
    }

    /// <summary>
    /// Stops and removes every pod of the node with its volumes in memory and ends its containerd; images, logs and credentials stay. The agent must not run.
    /// </summary>
    /// <param name="dataDirectory">The agent's data directory.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends the wait; what is stopped stays stopped.</param>
    public static async Task TearDownAsync(string dataDirectory, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        var paths = new NodePaths(dataDirectory);
        Fencing.NodeGuard.Stop(dataDirectory);
        if (ContainerdProcess(paths) is { } process)
            await EndContainerdAsync(process, paths, time, cancellationToken).ConfigureAwait(false);
        // Secrets and tokens live in memory file systems that outlast their pods.
        Volumes.FileSystemCalls.UnmountBelow(paths.Pods);
    }

    private static async Task EndContainerdAsync(System.Diagnostics.Process process, NodePaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        using (var cri = new CriClient(CriChannel.Open(paths.ContainerdSocket)))
        {
            try
            {
                var containers = await cri.ListContainersAsync(null, cancellationToken).ConfigureAwait(false);
                await Task.WhenAll(containers.Select(container => Quietly(() => cri.StopContainerAsync(container.Id, StopGrace, cancellationToken)))).ConfigureAwait(false);
                var sandboxes = await cri.ListPodSandboxesAsync(null, cancellationToken).ConfigureAwait(false);
                await Task.WhenAll(sandboxes.Select(sandbox => Quietly(async () =>
                {
                    await cri.StopPodSandboxAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
                    await cri.RemovePodSandboxAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
                }))).ConfigureAwait(false);
            }
            catch (RpcException)
            {
                // A containerd that does not answer is ended all the same; its shims end with their pods' cgroups at the next start.
            }
        }

        using (process)
        {
            await Runtime.ProcessRunner.RunAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)], cancellationToken).ConfigureAwait(false);
            var started = time.GetTimestamp();
            while (!process.HasExited && time.GetElapsedTime(started) < Patience)
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            if (!process.HasExited)
                process.Kill();
        }
    }

    // The pid file's process when it is this node's containerd: process ids are used again.
    private static System.Diagnostics.Process? ContainerdProcess(NodePaths paths)
    {
        try
        {
            var id = int.Parse(File.ReadAllText(Path.Combine(paths.Containerd, "containerd.pid")).Trim(), CultureInfo.InvariantCulture);
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(paths.Containerd, StringComparison.Ordinal) ? System.Diagnostics.Process.GetProcessById(id) : null;
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task Quietly(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // Already gone, or beyond help: the next step decides.
        }
    }
}
