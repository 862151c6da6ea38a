using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Status;

/// <summary>Renews the node's Lease in kube-node-lease: its sign of life.</summary>
internal sealed class LeaseHeartbeat(IKubernetes client, NodeOptions options, TimeProvider time, ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";
    private readonly ResourceClient<V1Lease> _leases = client.Resource<V1Lease>();

    /// <summary>Renews until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.HeartbeatInterval, time);
        do
        {
            // A renewal that hangs must not eat the next ones.
            using var timeout = new CancellationTokenSource(options.HeartbeatInterval, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            try
            {
                await RenewAsync(linked.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (StatusPublisher.IsTransient(e, ct))
            {
                Log.WillRetry(logger, "renewing the node's lease", e.Message);
            }
        }
        while (!ct.IsCancellationRequested && await NextAsync(timer, ct).ConfigureAwait(false));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var seconds = (int)Math.Ceiling(options.HeartbeatInterval.TotalSeconds * 3);
        try
        {
            var spec = new JsonObject
            {
                ["holderIdentity"] = options.NodeName,
                ["leaseDurationSeconds"] = seconds,
                ["renewTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            };
            await _leases.PatchAsync(LeaseNamespace, options.NodeName, new JsonObject { ["spec"] = spec }, PatchKind.Merge, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            await _leases.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = options.NodeName, NamespaceProperty = LeaseNamespace },
                    Spec = new V1LeaseSpec { HolderIdentity = options.NodeName, LeaseDurationSeconds = seconds, RenewTime = now.UtcDateTime },
                },
                ct).ConfigureAwait(false);
        }
    }
}
