using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>
/// Watches nodes for signs of life. A silent node becomes Ready=Unknown and is tainted; its pods leave the endpoints at once and, unless they
/// tolerate it, the node soon after.
/// </summary>
internal sealed class NodeLifecycleController(ControllerContext context) : Controller(context)
{
    private readonly ResourceClient<V1Node> _nodes = context.Client.Resource<V1Node>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();
    private readonly ResourceClient<V1Lease> _leases = context.Client.Resource<V1Lease>();
    private readonly ConcurrentDictionary<string, NodeHealth> _health = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Key, DateTimeOffset Since)> _tainted = new(StringComparer.Ordinal);
    private bool _paused;

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queue = base.RunAsync(stop.Token);
        try
        {
            await MonitorAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await queue;
        }
    }

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.Nodes);
        yield return Informers.NodeLeases.Subscribe(change => Observe(change.Object.Metadata.Name));
        yield return Informers.Pods.Subscribe(change =>
        {
            if (!string.IsNullOrEmpty(change.Object.Spec.NodeName) && _tainted.ContainsKey(change.Object.Spec.NodeName))
            {
                Queue.Add(new NamespacedName("", change.Object.Spec.NodeName));
            }
        });
    }

    /// <summary>Brings a node's taints in line with its conditions and moves pods off it that are due.</summary>
    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var node = Informers.Nodes.Get("", key.Name);
        if (node is null)
        {
            _health.TryRemove(key.Name, out _);
            _tainted.TryRemove(key.Name, out _);
            return null;
        }

        Observe(key.Name);
        var now = Context.Time.GetUtcNow();
        var ready = NodeTaints.ReadyOf(node);
        var taints = NodeTaints.Wanted(node, ready, node.Spec?.Unschedulable == true, now);
        if (!NodeTaints.Same(taints, node.Spec?.Taints ?? []))
        {
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion },
                ["spec"] = new JsonObject { ["taints"] = new JsonArray([.. taints.Select(t => JsonNode.Parse(KubernetesJson.Serialize(t)))]) },
            };
            await _nodes.PatchAsync(null, key.Name, patch, PatchKind.Merge, cancellationToken);
        }

        var execute = taints.Where(t => t.Effect == "NoExecute").ToArray();
        if (execute.Length == 0)
        {
            _tainted.TryRemove(key.Name, out _);
            return null;
        }

        // A new taint starts the clock anew; so does a new term, for which the past is hearsay.
        var identity = string.Join(',', execute.Select(t => t.Key).Order(StringComparer.Ordinal));
        var since = _tainted.AddOrUpdate(key.Name, _ => (identity, now), (_, old) => old.Key == identity ? old : (identity, now)).Since;
        if (IsGuarded(execute))
        {
            // Once nodes return, the pods of those still away get their full time again.
            _tainted[key.Name] = (identity, now);
            return TimeSpan.FromSeconds(1);
        }

        if (ready == "Unknown")
        {
            await MarkNotReadyAsync(key.Name, cancellationToken);
        }

        return await EvictAsync(key.Name, execute, since, now, cancellationToken);
    }

    private async Task MonitorAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Context.Options.NodeMonitorPeriod, Context.Time);
        var last = Context.Time.GetUtcNow();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = Context.Time.GetUtcNow();
            var stalled = now - last - Context.Options.NodeMonitorPeriod;
            last = now;
            if (stalled > Context.Options.NodeMonitorPeriod)
            {
                // We were the ones who slept: what came in meanwhile is still to be read, so nobody is accused for that time.
                foreach (var (name, health) in _health)
                {
                    _health[name] = health with { SeenAt = health.SeenAt + stalled };
                }

                continue;
            }

            foreach (var node in Informers.Nodes.List())
            {
                var health = Observe(node.Metadata.Name);
                var silent = now - health.SeenAt;
                if (silent > Context.Options.NodeMonitorGracePeriod && NodeTaints.ReadyOf(node) != "Unknown")
                {
                    await CondemnAsync(node, health, silent, cancellationToken);
                }
            }
        }
    }

    private NodeHealth Observe(string node)
    {
        var lease = Informers.NodeLeases.Get("kube-node-lease", node);
        var heartbeat = Informers.Nodes.Get("", node)?.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready" && c.Status != "Unknown")?.LastHeartbeatTime;
        var sign = string.Create(CultureInfo.InvariantCulture, $"{lease?.Metadata.Uid} {lease?.Spec?.RenewTime:O} {heartbeat:O}");
        return _health.AddOrUpdate(
            node,
            static (_, s) => NodeHealth.Observe(null, s.sign, s.now),
            static (_, old, s) => NodeHealth.Observe(old, s.sign, s.now),
            (sign, now: Context.Time.GetUtcNow()));
    }

    private async Task CondemnAsync(V1Node node, NodeHealth health, TimeSpan silent, CancellationToken cancellationToken)
    {
        var name = node.Metadata.Name;
        try
        {
            // The cache may be what is late. Only a server that answers and still shows the old Lease speaks against the node.
            var lease = await _leases.GetAsync("kube-node-lease", name, cancellationToken);
            if (lease?.Spec?.RenewTime != Informers.NodeLeases.Get("kube-node-lease", name)?.Spec?.RenewTime)
            {
                _health[name] = health with { SeenAt = Context.Time.GetUtcNow() };
                return;
            }

            Context.Logger.NodeUnreachable(name, silent.TotalSeconds);
            var now = Timestamps.Text(Context.Time.GetUtcNow());
            var conditions = (node.Status?.Conditions ?? [])
                .Select(c => c.Type)
                .Where(t => t is "MemoryPressure" or "DiskPressure" or "PIDPressure")
                .Append("Ready")
                .Select(type => (JsonNode)new JsonObject
                {
                    ["type"] = type,
                    ["status"] = "Unknown",
                    ["reason"] = "NodeStatusUnknown",
                    ["message"] = "Kubelet stopped posting node status.",
                    ["lastTransitionTime"] = now,
                });
            var patch = new JsonObject
            {
                ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions]) },
            };
            await _nodes.PatchAsync(null, name, patch, PatchKind.StrategicMerge, cancellationToken, "status");
            Context.Events.Normal(node, "NodeNotReady", $"Node {name} status is now: NodeNotReady");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            // Nobody reaches the server now, nodes neither: the silence starts anew for all when it is back.
            foreach (var (other, seen) in _health)
            {
                _health[other] = seen with { SeenAt = Context.Time.GetUtcNow() };
            }
        }
    }

    private async Task MarkNotReadyAsync(string node, CancellationToken cancellationToken)
    {
        foreach (var pod in Informers.PodsOnNode(node).Where(p => p.IsReady()))
        {
            var patch = new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["conditions"] = new JsonArray(new JsonObject
                    {
                        ["type"] = "Ready",
                        ["status"] = "False",
                        ["reason"] = "NodeNotReady",
                        ["lastTransitionTime"] = Timestamps.Text(Context.Time.GetUtcNow()),
                    }),
                },
            };
            try
            {
                await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, patch, PatchKind.StrategicMerge, cancellationToken, "status");
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
        }
    }

    // Whether so many nodes are away that neither their pods' endpoints nor the pods may be touched.
    private bool IsGuarded(V1Taint[] taints)
    {
        var nodes = Informers.Nodes.List();
        var unhealthy = nodes.Count(n => NodeTaints.ReadyOf(n) != "True");
        var guarded = taints.All(t => t.Key is NodeTaints.NotReady or NodeTaints.Unreachable) && !EvictionGuard.Allows(unhealthy, nodes.Count);
        if (guarded && !_paused)
        {
            Context.Logger.EvictionsPause(unhealthy, nodes.Count);
        }

        _paused = guarded;
        return guarded;
    }

    private async Task<TimeSpan?> EvictAsync(string node, V1Taint[] taints, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        TimeSpan? next = null;
        foreach (var pod in Informers.PodsOnNode(node).Where(p => p.IsActive()))
        {
            if (EvictionPlan.DueAt(pod, taints, since, Context.Options.DefaultEvictionDelay) is not { } due)
            {
                continue;
            }

            if (due <= now)
            {
                Context.Logger.PodEvicted(pod.Metadata.NamespaceProperty, pod.Metadata.Name, node);
                Context.Events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}");
                await PodDisruption.MarkAsync(_pods, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", lost: false, now, cancellationToken);
                await PodDeletion.DeleteAsync(_pods, pod, null, cancellationToken);
            }
            else if (next is null || due - now < next)
            {
                next = due - now;
            }
        }

        return next is { } wait ? wait + TimeSpan.FromMilliseconds(10) : null;
    }
}
