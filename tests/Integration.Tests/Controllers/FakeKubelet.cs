using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Integration.Tests.Controllers;

/// <summary>
/// A node without containers: it registers, renews its Lease, says that the pods bound to it run and are ready, and removes those that
/// are being deleted. It speaks the real API, as the agent does.
/// </summary>
internal sealed class FakeKubelet : IAsyncDisposable
{
    /// <summary>Exit codes of a pod's container, such as <c>1,0</c>.</summary>
    public const string Exits = "fake-kubelet/exits";
    private static int s_addresses;
    private readonly IKubernetes _client;
    private readonly string _node;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task> _work = new();
    private Task _run = Task.CompletedTask;

    private FakeKubelet(IKubernetes client, string node)
    {
        _client = client;
        _node = node;
    }

    public static async Task<FakeKubelet> StartAsync(IKubernetes client, string node, CancellationToken cancellationToken)
    {
        var kubelet = new FakeKubelet(client, node);
        await kubelet.RegisterAsync(cancellationToken);
        kubelet._run = kubelet.RunAsync();
        return kubelet;
    }

    /// <summary>Falls silent, as a killed agent does.</summary>
    public async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await Task.WhenAll(_work.Values);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _stop.Dispose();
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var nodes = _client.Resource<V1Node>();
        await nodes.CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = _node }, Spec = new V1NodeSpec() }, cancellationToken);
        var capacity = new JsonObject { ["cpu"] = "4", ["memory"] = "8Gi", ["pods"] = "110" };
        var status = new JsonObject
        {
            ["capacity"] = capacity.DeepClone(),
            ["allocatable"] = capacity,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["reason"] = "KubeletReady", ["lastHeartbeatTime"] = Now(), ["lastTransitionTime"] = Now() }),
        };
        await nodes.PatchStatusAsync(null, _node, new JsonObject { ["status"] = status }, cancellationToken);
    }

    private async Task RunAsync()
    {
        var pods = new Informer<V1Pod>(_client, new InformerOptions { FieldSelector = $"spec.nodeName={_node}" }, TimeProvider.System, NullLogger.Instance);
        using var subscription = pods.Subscribe(change =>
        {
            var pod = change.Object;
            if (change.Kind != InformerEventKind.Deleted)
            {
                var step = pod.Metadata.DeletionTimestamp is null ? "start" : "stop";
                _work.GetOrAdd($"{pod.Metadata.Uid} {step}", _ => Task.Run(() => step == "start" ? StartAsync(pod) : StopAsync(pod)));
            }
        });
        var informer = pods.RunAsync(_stop.Token);
        var leases = _client.Resource<V1Lease>();
        try
        {
            await leases.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = _node, NamespaceProperty = "kube-node-lease" },
                    Spec = new V1LeaseSpec { HolderIdentity = _node, LeaseDurationSeconds = 6, RenewTime = TimeProvider.System.GetUtcNow().UtcDateTime },
                },
                _stop.Token);
            while (true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, _stop.Token);
                var renewed = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
                await leases.PatchAsync("kube-node-lease", _node, new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = renewed } }, PatchKind.Merge, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await informer;
        }
    }

    private async Task StartAsync(V1Pod pod)
    {
        var number = Interlocked.Increment(ref s_addresses);
        var status = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = $"10.244.{number / 250}.{(number % 250) + 1}",
            ["startTime"] = Now(),
            ["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "Ready", ["status"] = "True", ["lastTransitionTime"] = Now() },
                new JsonObject { ["type"] = "ContainersReady", ["status"] = "True", ["lastTransitionTime"] = Now() }),
        };
        await SayAsync(pod, status);
        if (pod.Metadata.Annotations?.TryGetValue(Exits, out var codes) == true)
        {
            await ExitAsync(pod, [.. codes.Split(',').Select(code => int.Parse(code, CultureInfo.InvariantCulture))]);
        }
    }

    private async Task ExitAsync(V1Pod pod, int[] codes)
    {
        for (var restarts = 0; restarts < codes.Length; restarts++)
        {
            var code = codes[restarts];
            var ends = code == 0 || pod.Spec.RestartPolicy == "Never";
            var terminated = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["finishedAt"] = Now() } };
            await SayAsync(pod, ends ? Ended(pod, code, restarts) : new JsonObject { ["containerStatuses"] = new JsonArray(Container(pod, restarts + 1, new JsonObject { ["running"] = new JsonObject() }, terminated)) });
            if (ends)
            {
                return;
            }
        }
    }

    private static JsonObject Ended(V1Pod pod, int code, int restarts) => new()
    {
        ["phase"] = code == 0 ? "Succeeded" : "Failed",
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "False", ["reason"] = code == 0 ? "PodCompleted" : "PodFailed", ["lastTransitionTime"] = Now() }),
        ["containerStatuses"] = new JsonArray(Container(pod, restarts, new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["finishedAt"] = Now() } }, null)),
    };

    private static JsonObject Container(V1Pod pod, int restarts, JsonObject state, JsonObject? last) => new()
    {
        ["name"] = pod.Spec.Containers[0].Name,
        ["image"] = pod.Spec.Containers[0].Image,
        ["imageID"] = "",
        ["ready"] = false,
        ["restartCount"] = restarts,
        ["state"] = state,
        ["lastState"] = last,
    };

    private Task SayAsync(V1Pod pod, JsonObject status) => TryAsync(() => _client.Resource<V1Pod>().PatchAsync(
        pod.Metadata.NamespaceProperty, pod.Metadata.Name, new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = status }, PatchKind.StrategicMerge, _stop.Token, "status"));

    private async Task StopAsync(V1Pod pod)
    {
        // Who keeps a pod by a finalizer wants to know how it ended.
        if (pod.Metadata.Finalizers is { Count: > 0 } && pod.Status?.Phase is not ("Succeeded" or "Failed"))
        {
            await SayAsync(pod, Ended(pod, 137, 0));
        }

        await RemoveAsync(pod);
    }

    private Task RemoveAsync(V1Pod pod) => TryAsync(() => _client.Resource<V1Pod>().DeleteAsync(
        pod.Metadata.NamespaceProperty, pod.Metadata.Name, new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } }, _stop.Token));

    private static async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException)
        {
            // The pod is gone, or the node is.
        }
    }

    private static string Now() => TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
