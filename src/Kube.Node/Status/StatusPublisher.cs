using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kube.Node.Pods;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Status;

/// <summary>Writes one pod's newest status, in order, skipping what changed nothing; an unreachable API server delays it and nothing else.</summary>
internal sealed class StatusPublisher(IPodApi api, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly Channel<(V1Pod Pod, V1PodStatus Status)> _offers =
        Channel.CreateBounded<(V1Pod, V1PodStatus)>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly WrittenStatus _written = new();

    /// <summary>Makes this the status to write.</summary>
    public void Offer(V1Pod pod, V1PodStatus status) => _offers.Writer.TryWrite((pod, status));

    /// <summary>Someone else has changed what was written: write the next offer whatever it is.</summary>
    public void Invalidate() => _written.Overwritten();

    /// <summary>Writes offers until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await _offers.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
            {
                while (_offers.Reader.TryRead(out var offer))
                {
                    if (!await TryWriteAsync(offer.Pod, offer.Status, ct).ConfigureAwait(false))
                    {
                        await Task.Delay(Retry, time, ct).ConfigureAwait(false);
                        // A newer offer, if one came, is the better one to retry with.
                        if (_offers.Reader.Count == 0)
                            Offer(offer.Pod, offer.Status);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    /// <summary>Writes a status now; false when the server could not be asked.</summary>
    public async Task<bool> TryWriteAsync(V1Pod pod, V1PodStatus status, CancellationToken ct)
    {
        var text = KubernetesJson.Serialize(status);
        var mark = _written.Mark;
        if (_written.Is(text))
            return true;
        try
        {
            await api.PatchStatusAsync(pod, status, ct).ConfigureAwait(false);
            _written.Wrote(text, mark);
            return true;
        }
        catch (Exception e) when (IsTransient(e, ct))
        {
            Log.WillRetry(logger, $"writing the status of pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}", e.Message);
            return false;
        }
    }

    /// <summary>Whether a failed call to the API server is worth another attempt.</summary>
    public static bool IsTransient(Exception error, CancellationToken ct) =>
        !ct.IsCancellationRequested && error is HttpRequestException or IOException or Machinery.Client.ApiException or OperationCanceledException or System.Text.Json.JsonException;
}
