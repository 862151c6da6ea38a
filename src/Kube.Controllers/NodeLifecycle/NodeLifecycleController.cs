using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;
using Kube.Machinery.Nodes;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>
/// Decides which nodes are lost (<see cref="NodeRecord"/>), and what follows: Ready=Unknown, taints, pods out of their services at once and off the node soon after, stateful
/// ones replaced only when their node has fenced itself, and a node that is lost again and again held back.
/// </summary>
internal sealed class NodeLifecycleController(ControllerContext context) : Controller(context)
{
    private const string LeaseNamespace = "kube-node-lease";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private readonly ResourceClient<V1Node> _nodes = context.Client.Resource<V1Node>();
    private readonly ResourceClient<V1Lease> _leases = context.Client.Resource<V1Lease>();
    private readonly PodEvictions _evictions = new(context);
    private readonly EvictionBudget _budget = new();
    private readonly ConcurrentDictionary<string, NodeRecord> _records = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Key, DateTimeOffset Since)> _tainted = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _begun = context.Time.GetUtcNow();
    private readonly long _started = context.Time.GetTimestamp();
    private bool _paused;

    // Counts on whatever is done to the wall clock.
    private DateTimeOffset Now => _begun + Context.Time.GetElapsedTime(_started);

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
        yield return Informers.Nodes.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
                _records.TryRemove(change.Object.Metadata.Name, out _);
            Queue.Add(Names.Of(change.Object));
        });
        yield return Informers.NodeLeases.Subscribe(change =>
        {
            // A renewal is of interest at once only where something stands against the node.
            var name = change.Object.Metadata.Name;
            if (_tainted.ContainsKey(name) || Informers.Nodes.Get("", name)?.Metadata.Annotations?.ContainsKey(NodeAccusation.Annotation) == true)
                Queue.Add(new NamespacedName("", name));
        });
        yield return Informers.Pods.Subscribe(change =>
        {
            if (!string.IsNullOrEmpty(change.Object.Spec.NodeName) && _tainted.ContainsKey(change.Object.Spec.NodeName))
                Queue.Add(new NamespacedName("", change.Object.Spec.NodeName));
        });
    }

    /// <summary>Judges a node, brings its condition and taints in line, and moves pods off it that are due.</summary>
    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var node = Informers.Nodes.Get("", key.Name);
        if (node is null)
        {
            _records.TryRemove(key.Name, out _);
            _tainted.TryRemove(key.Name, out _);
            return null;
        }

        var now = Now;
        var record = RecordOf(key.Name);
        var verdict = record.Judge(node, LeaseOf(key.Name), now);
        var ready = NodeTaints.ReadyOf(node);
        if (verdict.Loss is { } loss && ready != "Unknown")
        {
            await MarkLostAsync(node, loss, cancellationToken);
            ready = "Unknown";
        }

        var held = verdict.HeldUntil is not null && Informers.Nodes.List().Any(n => n.Metadata.Name != key.Name && n.Spec?.Unschedulable != true && NodeTaints.ReadyOf(n) == "True");
        var taints = NodeTaints.Wanted(node, ready, node.Spec?.Unschedulable == true, Context.Time.GetUtcNow(), held);
        if (!NodeTaints.Same(taints, node.Spec?.Taints ?? []))
            await WriteTaintsAsync(key.Name, taints, cancellationToken);
        var execute = taints.Where(t => t.Effect == "NoExecute").ToArray();
        if (execute.Length == 0)
        {
            _tainted.TryRemove(key.Name, out _);
            return verdict.HeldUntil is { } until ? until - now + Tick : null;
        }

        // A new taint starts the clock anew; so does a new term, for which the past is hearsay.
        var identity = string.Join(',', execute.Select(t => t.Key).Order(StringComparer.Ordinal));
        var since = _tainted.AddOrUpdate(key.Name, _ => (identity, now), (_, old) => old.Key == identity ? old : (identity, now)).Since;
        var pods = Informers.PodsOnNode(key.Name);
        if (verdict.Loss is null)
        {
            // A node that says itself that it is not ready, or that somebody tainted. One that lives and has yet to say that it is ready keeps its pods.
            return await EvictAsync(node, pods, execute.Where(t => t.Key != NodeTaints.Unreachable).ToArray(), since, Context.Options.DefaultEvictionDelay, record, cancellationToken);
        }

        if (EvictionBudget.Interval(node, Informers.Nodes.List()) is null)
        {
            Pause(true);
            // Once nodes return, the pods of those still away get their full time again.
            record.StartAgain(now);
            return LookAgain;
        }

        Pause(false);
        await _evictions.MarkNotReadyAsync(pods, cancellationToken);
        return Sooner(
            await EvictAsync(node, pods, execute, verdict.Since, DelayOf(verdict.Loss.Value), record, cancellationToken),
            await ReplaceFencedAsync(node, verdict, cancellationToken));
    }

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    // An agent that only says nothing may be starved, and yet answer.
    private TimeSpan DelayOf(NodeLoss loss) => loss == NodeLoss.Unanswered ? Context.Options.DefaultEvictionDelay : Context.Options.LostEvictionDelay;

    private NodeRecord RecordOf(string node) => _records.GetOrAdd(node, _ => new NodeRecord());

    private V1Lease? LeaseOf(string node) => Informers.NodeLeases.Get(LeaseNamespace, node);

    private async Task WriteTaintsAsync(string node, IReadOnlyList<V1Taint> taints, CancellationToken cancellationToken)
    {
        // Who taints the node meanwhile must not lose that: the list is replaced under the version it was read at.
        var live = await _nodes.GetAsync(null, node, cancellationToken);
        if (live is null)
            return;
        var mine = taints.Where(NodeTaints.IsOurs).ToArray();
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["taints"] = new JsonArray([.. (live.Spec?.Taints ?? []).Where(t => !NodeTaints.IsOurs(t)).Concat(mine).Select(t => JsonNode.Parse(KubernetesJson.Serialize(t)))]) },
        };
        await _nodes.PatchAsync(null, node, patch, PatchKind.Merge, cancellationToken);
    }

    private async Task MonitorAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Context.Options.NodeMonitorPeriod, Context.Time);
        var last = Now;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = Now;
            var stalled = now - last - Context.Options.NodeMonitorPeriod;
            last = now;
            if (stalled > Context.Options.NodeMonitorPeriod)
            {
                // We were the ones who slept: what came in meanwhile is still to be read, so nobody is accused for that time.
                foreach (var record in _records.Values)
                    record.Forgive(now);
                continue;
            }

            foreach (var node in Informers.Nodes.List())
            {
                var silent = RecordOf(node.Metadata.Name).SilentFor(node, LeaseOf(node.Metadata.Name), now);
                if (silent > Context.Options.NodeMonitorGracePeriod && NodeTaints.ReadyOf(node) != "Unknown")
                    await CondemnAsync(node, silent, cancellationToken);
            }
        }
    }

    private async Task CondemnAsync(V1Node node, TimeSpan silent, CancellationToken cancellationToken)
    {
        var name = node.Metadata.Name;
        var lease = LeaseOf(name);
        try
        {
            // The cache may be what is late. Only a server that answers and still shows the old Lease speaks against the node.
            if ((await _leases.GetAsync(LeaseNamespace, name, cancellationToken))?.Metadata.ResourceVersion != lease?.Metadata.ResourceVersion)
            {
                RecordOf(name).Forgive(Now);
                return;
            }

            Context.Logger.NodeUnreachable(name, silent.TotalSeconds);
            RecordOf(name).Condemn(NodeSign.Of(node, lease), Now);
            Queue.Add(new NamespacedName("", name));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            // Nobody reaches the server now, nodes neither: the silence starts anew for all when it is back.
            foreach (var record in _records.Values)
                record.Forgive(Now);
        }
    }

    private async Task MarkLostAsync(V1Node node, NodeLoss loss, CancellationToken cancellationToken)
    {
        var (name, now) = (node.Metadata.Name, Timestamps.Text(Context.Time.GetUtcNow()));
        var message = loss switch
        {
            NodeLoss.Refused => "The agent's process has ended: its port refuses connections.",
            NodeLoss.Unanswered => "The agent takes connections but neither answers nor renews its lease.",
            _ => "Kubelet stopped posting node status.",
        };
        var conditions = (node.Status?.Conditions ?? [])
            .Select(c => c.Type)
            .Where(t => t is "MemoryPressure" or "DiskPressure" or "PIDPressure")
            .Append("Ready")
            .Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = "Unknown", ["reason"] = "NodeStatusUnknown", ["message"] = message, ["lastTransitionTime"] = now });
        var patch = new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions]) } };
        await _nodes.PatchAsync(null, name, patch, PatchKind.StrategicMerge, cancellationToken, "status");
        Context.Events.Normal(node, "NodeNotReady", $"Node {name} status is now: NodeNotReady ({loss})");
    }

    private async Task<TimeSpan?> EvictAsync(V1Node node, IReadOnlyList<V1Pod> pods, V1Taint[] taints, DateTimeOffset since, TimeSpan delay, NodeRecord record, CancellationToken cancellationToken)
    {
        TimeSpan? next = null;
        var due = new List<V1Pod>();
        var now = Now;
        foreach (var pod in pods.Where(p => p.IsActive()))
        {
            if (EvictionPlan.DueAt(pod, taints, since, delay) is not { } at)
                continue;
            if (at <= now)
                due.Add(pod);
            else
                next = Sooner(next, at - now + Tick);
        }

        if (due.Count == 0)
            return next;
        var ours = taints.All(t => t.Key is NodeTaints.NotReady or NodeTaints.Unreachable);
        if (ours && !record.MayEvict)
        {
            if (EvictionBudget.Interval(node, Informers.Nodes.List()) is not { } interval)
            {
                Pause(true);
                return LookAgain;
            }

            if (_budget.Take(EvictionBudget.ZoneOf(node), interval, now) is var wait && wait > TimeSpan.Zero)
                return wait + Tick;
        }

        // The caches of nodes and Leases follow the server apart: before anything that cannot be undone it is asked itself.
        if (record.Judge(node, LeaseOf(node.Metadata.Name), now).Loss is not null && await AskAsync(node, record, cancellationToken) is not { Loss: not null })
            return LookAgain;
        record.MayEvict = true;
        await _evictions.EvictAsync(node.Metadata.Name, due, cancellationToken);
        return next;
    }

    private async Task<TimeSpan?> ReplaceFencedAsync(V1Node node, NodeVerdict verdict, CancellationToken cancellationToken)
    {
        var waiting = Informers.PodsOnNode(node.Metadata.Name).Where(PodEvictions.AwaitsFence).ToArray();
        if (waiting.Length == 0 || verdict.FencedAt is not { } at)
            return null;
        var now = Now;
        if (at > now)
            return at - now + Tick;
        if (await AskAsync(node, RecordOf(node.Metadata.Name), cancellationToken) is not { FencedAt: { } sure } || sure > now)
            return LookAgain;
        await _evictions.RemoveFencedAsync(node.Metadata.Name, waiting, cancellationToken);
        return null;
    }

    private async Task<NodeVerdict?> AskAsync(V1Node node, NodeRecord record, CancellationToken cancellationToken)
    {
        var lease = await _leases.GetAsync(LeaseNamespace, node.Metadata.Name, cancellationToken);
        var live = await _nodes.GetAsync(null, node.Metadata.Name, cancellationToken);
        return live?.Metadata.Uid == node.Metadata.Uid ? record.Judge(live, lease, Now) : null;
    }

    private void Pause(bool paused)
    {
        if (paused && !_paused)
        {
            var nodes = Informers.Nodes.List();
            Context.Logger.EvictionsPause(nodes.Count(n => NodeTaints.ReadyOf(n) != "True"), nodes.Count);
        }

        _paused = paused;
    }
}
