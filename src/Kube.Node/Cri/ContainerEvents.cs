using Grpc.Core;
using Kube.Node.Cri.ContainerdEvents;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Cri;

/// <summary>
/// Follows containerd's task exits. A hint only: the pod workers look at the runtime themselves, and a relist repairs whatever
/// an interrupted stream has missed.
/// </summary>
internal sealed class ContainerEvents(CriClient cri, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled, calling <paramref name="exited"/> with the container (or sandbox) id of each ended task.</summary>
    public async Task RunAsync(Action<string> exited, CancellationToken ct)
    {
        var client = new Events.EventsClient(cri.Channel);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var request = new SubscribeRequest();
                request.Filters.Add("namespace==k8s.io,topic==\"/tasks/exit\"");
                using var call = client.Subscribe(request, cancellationToken: ct);
                await foreach (var envelope in call.ResponseStream.ReadAllAsync(ct).ConfigureAwait(false))
                {
                    var exit = TaskExit.Parser.ParseFrom(envelope.Event.Value);
                    // An exec'd process carries the same container id and its own id: not a container's end.
                    if (exit.Id == exit.ContainerId)
                        exited(exit.ContainerId);
                }
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException && !ct.IsCancellationRequested)
            {
                Log.EventStreamBroken(logger, e.Message);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException && ct.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Retry, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
