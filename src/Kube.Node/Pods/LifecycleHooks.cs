using Grpc.Core;
using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Probes;

namespace Kube.Node.Pods;

/// <summary>Runs postStart and preStop handlers: a command, an HTTP GET, or a sleep.</summary>
internal sealed class LifecycleHooks(CriClient cri, Prober prober, TimeProvider time)
{
    /// <summary>Runs a handler to its end.</summary>
    /// <returns>Null on success, otherwise what went wrong.</returns>
    public async Task<string?> RunAsync(V1Pod pod, V1Container container, V1LifecycleHandler handler, string containerId, string address, TimeSpan limit, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            if (handler.Sleep is { } sleep)
            {
                await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, linked.Token).ConfigureAwait(false);
            }
            else if (handler.Exec is { } exec)
            {
                var result = await cri.ExecSyncAsync(containerId, exec.Command ?? [], limit, linked.Token).ConfigureAwait(false);
                if (result.ExitCode != 0)
                    return $"command exited with {result.ExitCode}: {result.Stderr.ToStringUtf8().Trim()}";
            }
            else if (handler.HttpGet is { } get)
            {
                var result = await prober.GetAsync(pod, container, get, address, linked.Token).ConfigureAwait(false);
                return result.Success ? null : result.Message;
            }

            return null;
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException { StatusCode: StatusCode.DeadlineExceeded or StatusCode.Cancelled } && !ct.IsCancellationRequested)
        {
            return $"did not end within {limit.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or IOException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
