using Kube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Fencing;

/// <summary>Keeps the guard running: started detached, so that it outlives the agent, and started again when it has not looked for too long.</summary>
internal sealed class GuardKeeper(NodeOptions options, NodePaths paths, FenceLease fence, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>Keeps it until cancelled; the guard goes on.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var wait = Look;
            try
            {
                if (!fence.IsGuarded)
                {
                    NodeGuard.Stop(paths.Data);
                    await ProcessRunner.StartDetachedAsync(paths.GuardLog, options.GuardCommand[0], [.. options.GuardCommand.Skip(1), "--data", paths.Data, "--instance", options.InstanceId], ct).ConfigureAwait(false);
                    wait = Pause;
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                Log.WillRetry(logger, "starting the guard of stateful pods", e.Message);
                wait = Pause;
            }

            await Task.Delay(wait, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
