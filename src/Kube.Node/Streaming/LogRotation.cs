using System.Globalization;
using Grpc.Core;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Streaming;

/// <summary>Keeps each running container's log below a size: the full file becomes <c>.1</c>, and the runtime opens a new one. Nothing is lost between.</summary>
internal sealed class LogRotation(CriClient cri, NodePaths paths, long maxBytes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Period, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!ct.IsCancellationRequested)
                    await RotateAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or IOException or UnauthorizedAccessException && !ct.IsCancellationRequested)
            {
                Log.WillRetry(logger, "rotating logs", e.Message);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException && ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Looks at every running container's log once.</summary>
    public async Task RotateAsync(CancellationToken ct)
    {
        foreach (var container in await cri.ListContainersAsync(null, ct).ConfigureAwait(false))
        {
            if (container.State != ContainerState.ContainerRunning || !container.Labels.TryGetValue(CriLabels.PodUid, out var uid))
                continue;
            var file = Path.Combine(
                paths.PodLogDirectory(container.Labels[CriLabels.PodNamespace], container.Labels[CriLabels.PodName], uid),
                container.Metadata.Name,
                container.Metadata.Attempt.ToString(CultureInfo.InvariantCulture) + ".log");
            if (new FileInfo(file) is not { Exists: true } log || log.Length <= maxBytes)
                continue;
            File.Move(file, file + ".1", overwrite: true);
            await cri.ReopenContainerLogAsync(container.Id, ct).ConfigureAwait(false);
        }
    }
}
