using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Nodes;
using Kube.Node.Fencing;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Status;

/// <summary>
/// Renews the node's Lease in kube-node-lease: its sign of life, and, in a cluster of more nodes than this one, the promise that its stateful pods end before the Lease does.
/// </summary>
internal sealed class LeaseHeartbeat(IKubernetes client, NodeOptions options, FenceLease fence, TimeProvider time, ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";
    private static readonly TimeSpan LookForOthers = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    private readonly ResourceClient<V1Lease> _leases = client.Resource<V1Lease>();
    private readonly ResourceClient<V1Node> _nodes = client.Resource<V1Node>();
    private bool _hasOthers;
    private long? _lookedForOthers;

    /// <summary>Renews until cancelled.</summary>
    /// <param name="regained">Told when the Lease is held again after it had run out.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(Action regained, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.HeartbeatInterval, time);
        do
        {
            // A renewal that hangs must not eat the next ones.
            using var timeout = new CancellationTokenSource(options.HeartbeatInterval, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            try
            {
                await LookForOthersAsync(linked.Token).ConfigureAwait(false);
                if (await RenewAsync(linked.Token).ConfigureAwait(false))
                    regained();
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

    // Where nothing can be replaced elsewhere, an absence of the control plane must not end anything.
    private async Task LookForOthersAsync(CancellationToken ct)
    {
        if (!fence.IsGuarded || (_lookedForOthers is { } looked && time.GetElapsedTime(looked) < LookForOthers))
            return;
        var nodes = await _nodes.ListAsync(null, new ListQuery { Limit = 2 }, ct).ConfigureAwait(false);
        (_hasOthers, _lookedForOthers) = (nodes.Items.Any(n => n.Metadata.Name != options.NodeName), time.GetTimestamp());
    }

    private async Task<bool> RenewAsync(CancellationToken ct)
    {
        var promises = _hasOthers && fence.IsGuarded;
        var sentAt = fence.Now;
        if (promises)
            fence.Arm(sentAt, Duration);
        var now = time.GetUtcNow();
        try
        {
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [FencePromise.Annotation] = promises ? FencePromise.Guarded : null } },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = options.NodeName,
                    ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
                    ["renewTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                },
            };
            await _leases.PatchAsync(LeaseNamespace, options.NodeName, patch, PatchKind.Merge, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            var annotations = promises ? new Dictionary<string, string> { [FencePromise.Annotation] = FencePromise.Guarded } : null;
            await _leases.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = options.NodeName, NamespaceProperty = LeaseNamespace, Annotations = annotations },
                    Spec = new V1LeaseSpec { HolderIdentity = options.NodeName, LeaseDurationSeconds = (int)Duration.TotalSeconds, RenewTime = now.UtcDateTime },
                },
                ct).ConfigureAwait(false);
        }

        return fence.Confirm(sentAt, promises ? Duration : null);
    }
}
