using System.Net.Sockets;
using Grpc.Core;
using Kube.Node.Cri;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Runtime;

/// <summary>
/// The node's own containerd: configured, started detached (it and the pods outlive an agent killed with -9), found again by a
/// restarted agent, and started anew when it dies.
/// </summary>
internal sealed class Containerd(NodePaths paths, NodeOptions options, CriClient cri, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(2);

    private string ConfigFile => Path.Combine(paths.Containerd, "config.toml");

    private string LogFile => Path.Combine(paths.Containerd, "containerd.log");

    private string PidFile => Path.Combine(paths.Containerd, "containerd.pid");

    /// <summary>Makes sure containerd answers and has the sandbox image.</summary>
    /// <exception cref="InvalidOperationException">It does not come up; the message carries the end of its log.</exception>
    public async Task EnsureRunningAsync(CancellationToken ct)
    {
        if (await ProbeAsync(ct).ConfigureAwait(false) is { } reason)
        {
            Log.ContainerdDown(logger, paths.ContainerdSocket, reason);
            await StartAsync(ct).ConfigureAwait(false);
        }

        var version = await cri.VersionAsync(ct).ConfigureAwait(false);
        Log.ContainerdReady(logger, version.RuntimeVersion, paths.ContainerdSocket);
        if (await cri.ImageStatusAsync(PauseImage.Name, ct).ConfigureAwait(false) is null)
            await ImportPauseImageAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Watches over containerd until cancelled.</summary>
    public async Task SuperviseAsync(CancellationToken ct)
    {
        var misses = 0;
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(CheckPeriod, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested)
                return;
            try
            {
                // A gone process is certain; one that is only slow gets three chances before it is started over.
                misses = IsAlive() ? await ProbeAsync(ct).ConfigureAwait(false) is null ? 0 : misses + 1 : 3;
                if (misses < 3)
                    continue;
                misses = 0;
                await EnsureRunningAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidOperationException or RpcException or IOException && !ct.IsCancellationRequested)
            {
                Log.WillRetry(logger, "starting containerd", e.Message);
            }
        }
    }

    /// <summary>Imports an archive (docker or OCI layout) into the runtime's image store.</summary>
    /// <returns>What the tool said: one line an image on success, the reason on failure.</returns>
    public Task<ProcessResult> ImportAsync(string file, CancellationToken ct) =>
        ProcessRunner.RunAsync("ctr", ["--address", paths.ContainerdSocket, "--namespace", "k8s.io", "images", "import", file], ct);

    private async Task StartAsync(CancellationToken ct)
    {
        foreach (var directory in new[] { paths.Containerd, options.CniConfDir, options.RegistryConfigDir ?? paths.Registries })
            Directory.CreateDirectory(directory);
        var maySetOomScore = KernelCapabilities.HasSysResource(await File.ReadAllTextAsync("/proc/self/status", ct).ConfigureAwait(false));
        await File.WriteAllTextAsync(ConfigFile, ContainerdConfiguration.Create(paths, options, maySetOomScore), ct).ConfigureAwait(false);
        // The shell writes its own process id and becomes containerd, so the file names the right process however the agent ends.
        var command = new List<string>();
        if (options.NetworkNamespace is { } network)
            // Only the network namespace: "ip netns exec" would also hide the cgroup mounts.
            command.AddRange(["nsenter", "--net=" + network]);
        command.AddRange(["/bin/sh", "-c", "echo $$ >\"$1\"; exec containerd --config \"$2\"", "sh", PidFile, ConfigFile]);
        if (!IsAlive())
        {
            File.Delete(paths.ContainerdSocket);
            await ProcessRunner.StartDetachedAsync(LogFile, command[0], command.Skip(1), ct).ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(StartTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        var reason = "no answer";
        while (!linked.IsCancellationRequested)
        {
            reason = await ProbeAsync(linked.Token).ConfigureAwait(false);
            if (reason is null)
                return;
            await Task.Delay(Poll, time, linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ct.ThrowIfCancellationRequested();
        throw new InvalidOperationException($"containerd did not become ready in {StartTimeout.TotalSeconds:0} s ({reason}); the end of {LogFile}: {LogTail()}");
    }

    // Null when CRI answers, otherwise why not. The socket answers before CRI does ("server is not initialized yet").
    private async Task<string?> ProbeAsync(CancellationToken ct)
    {
        if (!File.Exists(paths.ContainerdSocket))
            return "no socket";
        try
        {
            var conditions = await cri.ConditionsAsync(ct).ConfigureAwait(false);
            return conditions.FirstOrDefault(c => c.Type == "RuntimeReady") is { Status: true } ? null : "runtime not ready";
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            return e is RpcException rpc ? rpc.Status.Detail : e.Message;
        }
    }

    private bool IsAlive()
    {
        try
        {
            var pid = File.ReadAllText(PidFile).Trim();
            // A recycled process id must not pass for containerd.
            return pid.Length > 0 && File.ReadAllText($"/proc/{pid}/cmdline").Contains(ConfigFile, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task ImportPauseImageAsync(CancellationToken ct)
    {
        var file = Path.Combine(paths.Containerd, "pause.tar");
        await using (var stream = File.Create(file))
            PauseImage.Write(stream);
        var result = await ImportAsync(file, ct).ConfigureAwait(false);
        File.Delete(file);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"importing {PauseImage.Name} failed: {result.Error.Trim()}");
    }

    private string LogTail()
    {
        try
        {
            return string.Join(" | ", File.ReadLines(LogFile).TakeLast(3));
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
