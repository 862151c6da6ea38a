using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Logging;
using Simulation.Tests.Engine;
using Simulation.Tests.Network;

namespace Simulation.Tests.Nodes;

/// <summary>
/// The agent of a simulated machine: it speaks the real API with a node's rights. It registers, renews its Lease, starts and stops what is bound to
/// it, says what became of it, and takes in hand again what it finds running after a restart.
/// </summary>
internal sealed class FakeAgent
{
    private static readonly TimeSpan LeasePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly Machine _machine;
    private readonly SimulatedTime _time;
    private readonly ResourceClient<V1Node> _nodes;
    private readonly ResourceClient<V1Pod> _pods;
    private readonly ResourceClient<V1Lease> _leases;
    private readonly Informer<V1Pod> _informer;
    private readonly HashSet<string> _working = new(StringComparer.Ordinal);

    private FakeAgent(Machine machine, SimulatedTime time, IKubernetes client, Link link, ILogger logger)
    {
        (_machine, _time, Link) = (machine, time, link);
        (_nodes, _pods, _leases) = (client.Resource<V1Node>(), client.Resource<V1Pod>(), client.Resource<V1Lease>());
        _informer = new Informer<V1Pod>(client, new InformerOptions { FieldSelector = $"spec.nodeName={machine.Name}" }, link.Clock, logger);
    }

    public Link Link { get; }

    /// <summary>Starts an agent.</summary>
    public static FakeAgent Start(Machine machine, SimulatedTime time, SimulatedNetwork network, ILogger logger)
    {
        var (client, link) = network.Connect($"agent-{machine.Name}", $"system:node:{machine.Name}|system:nodes", new ProcessClock(time));
        var agent = new FakeAgent(machine, time, client, link, logger);
        _ = agent.RunAsync();
        return agent;
    }

    private async Task RunAsync()
    {
        _ = _informer.RunAsync(CancellationToken.None);
        _ = RepeatAsync(StatusPeriod, SayReadyAsync);
        _ = RepeatAsync(LeasePeriod, RenewAsync);
        await _informer.WaitForSyncAsync(CancellationToken.None);
        while (true)
        {
            var pods = _informer.List();
            foreach (var pod in pods)
            {
                if (_working.Add(pod.Metadata.Uid))
                {
                    _ = WorkAsync(pod);
                }
            }

            var known = pods.Select(p => p.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
            foreach (var container in _machine.Containers.Where(c => !known.Contains(c.Uid)).ToArray())
            {
                _machine.Stop(container.Uid);
            }

            await Task.Delay(Tick, Link.Clock);
        }
    }

    private async Task RepeatAsync(TimeSpan period, Func<Task> work)
    {
        while (true)
        {
            var done = await TryAsync(work);
            await Task.Delay(done ? period : TimeSpan.FromMilliseconds(300), Link.Clock);
        }
    }

    private async Task SayReadyAsync()
    {
        if (await _nodes.GetAsync(null, _machine.Name, CancellationToken.None) is null)
        {
            var labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = _machine.Name, ["topology.kubernetes.io/zone"] = _machine.Zone };
            await _nodes.CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = _machine.Name, Labels = labels }, Spec = new V1NodeSpec() }, CancellationToken.None);
        }

        var room = new JsonObject { ["cpu"] = "4", ["memory"] = "8Gi", ["pods"] = "20" };
        var ready = new JsonObject { ["type"] = "Ready", ["status"] = "True", ["reason"] = "KubeletReady", ["lastHeartbeatTime"] = Now() };
        var status = new JsonObject { ["capacity"] = room.DeepClone(), ["allocatable"] = room, ["conditions"] = new JsonArray(ready) };
        await _nodes.PatchAsync(null, _machine.Name, new JsonObject { ["status"] = status }, PatchKind.StrategicMerge, CancellationToken.None, "status");
    }

    private async Task RenewAsync()
    {
        var renewed = Link.Clock.GetUtcNow().UtcDateTime;
        try
        {
            var patch = new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = renewed.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture) } };
            await _leases.PatchAsync("kube-node-lease", _machine.Name, patch, PatchKind.Merge, CancellationToken.None);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            var spec = new V1LeaseSpec { HolderIdentity = _machine.Name, LeaseDurationSeconds = 6, RenewTime = renewed };
            await _leases.CreateAsync(new V1Lease { Metadata = new V1ObjectMeta { Name = _machine.Name, NamespaceProperty = "kube-node-lease" }, Spec = spec }, CancellationToken.None);
        }

        _machine.LastContact = _time.Elapsed;
    }

    private async Task WorkAsync(V1Pod pod)
    {
        await TryAsync(() => SyncAsync(pod));
        _working.Remove(pod.Metadata.Uid);
    }

    private async Task SyncAsync(V1Pod pod)
    {
        var uid = pod.Metadata.Uid;
        var ended = pod.Status?.Phase is "Succeeded" or "Failed";
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            if (_machine.Find(uid) is not null)
            {
                // A process needs a moment to end, within its grace period.
                await Task.Delay(_machine.Random.Seconds(0.05, Math.Min(2, (pod.Metadata.DeletionGracePeriodSeconds ?? 30) + 0.06)), Link.Clock);
                _machine.End(uid, 137);
            }

            if (!ended)
            {
                await SayAsync(pod, Ended(pod, _machine.ExitOf(uid) ?? 137));
            }

            var options = new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = uid } };
            await _pods.DeleteAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, options, CancellationToken.None);
            await Task.Delay(Tick, Link.Clock);
            return;
        }

        if (ended)
        {
            _machine.End(uid, 0);
            return;
        }

        if (_machine.ExitOf(uid) is { } code)
        {
            await SayAsync(pod, Ended(pod, code));
            await Task.Delay(Tick, Link.Clock);
            return;
        }

        // What has an identity is started only by a node that is heard of: it may have been replaced elsewhere.
        var container = _machine.Find(uid) ?? (_time.Elapsed - _machine.LastContact < LeasePeriod * 3 ? _machine.Start(pod) : null);
        if (container is null)
        {
            return;
        }

        if (container.EndsAt <= _time.Elapsed)
        {
            _machine.End(uid, container.ExitCode);
            await SayAsync(pod, Ended(pod, container.ExitCode));
        }
        else
        {
            var ready = container.ReadyAt <= _time.Elapsed;
            var said = pod.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status == "True";
            if (pod.Status?.Phase != "Running" || said != ready || pod.Status.PodIP != container.Address)
            {
                await SayAsync(pod, Running(pod, container, ready));
                await Task.Delay(TimeSpan.FromMilliseconds(20), Link.Clock);
            }
        }
    }

    private JsonObject Running(V1Pod pod, Container container, bool ready) => new()
    {
        ["phase"] = "Running",
        ["podIP"] = container.Address,
        ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = container.Address }),
        ["startTime"] = Now(),
        ["conditions"] = new JsonArray(Condition("Ready", ready), Condition("ContainersReady", ready)),
        ["containerStatuses"] = new JsonArray(Status(pod, ready, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Now() } })),
    };

    private JsonObject Ended(V1Pod pod, int code) => new()
    {
        ["phase"] = code == 0 ? "Succeeded" : "Failed",
        ["conditions"] = new JsonArray(Condition("Ready", false), Condition("ContainersReady", false)),
        ["containerStatuses"] = new JsonArray(Status(pod, false, new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["finishedAt"] = Now() } })),
    };

    private static JsonObject Status(V1Pod pod, bool ready, JsonObject state) => new()
    {
        ["name"] = pod.Spec.Containers[0].Name,
        ["image"] = pod.Spec.Containers[0].Image,
        ["imageID"] = "",
        ["ready"] = ready,
        ["restartCount"] = 0,
        ["state"] = state,
    };

    private JsonObject Condition(string type, bool status) => new() { ["type"] = type, ["status"] = status ? "True" : "False", ["lastTransitionTime"] = Now() };

    private Task<V1Pod> SayAsync(V1Pod pod, JsonObject status) => _pods.PatchAsync(
        pod.Metadata.NamespaceProperty,
        pod.Metadata.Name,
        new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = status },
        PatchKind.StrategicMerge,
        CancellationToken.None,
        "status");

    private static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            // Tried again with the next round.
            return false;
        }
    }

    private string Now() => Link.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
