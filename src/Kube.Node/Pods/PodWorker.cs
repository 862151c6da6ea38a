using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using k8s;
using k8s.Models;
using Kube.Node.Probes;
using Kube.Node.Status;

namespace Kube.Node.Pods;

/// <summary>
/// Brings one pod from what the runtime has to what its declaration wants, again and again: whenever the declaration changes, a
/// container ends, a probe changes its mind, or a back-off is over. It keeps nothing the runtime can tell, so a restarted agent
/// continues where the last one stopped.
/// </summary>
internal sealed partial class PodWorker : IDisposable
{
    private static readonly TimeSpan ErrorRetry = TimeSpan.FromSeconds(1);

    private readonly PodServices _node;
    private readonly Action<string> _owns;
    private readonly StatusPublisher _publisher;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _interrupt = new();
    private readonly ConcurrentDictionary<string, ContainerSlot> _slots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _ended = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private V1Pod _pod;
    private string _shape;
    private volatile bool _gone;
    private volatile bool _imagesChanged;
    private bool _adopted;
    private string? _preparedKey;
    private long _preparedAt;
    private string? _saidReason;
    private int _sandboxFailures;
    private DateTimeOffset? _sandboxRetry;
    private V1PodStatus? _lastStatus;

    /// <param name="node">What the workers share.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="owns">Told the id of every sandbox and container of this pod.</param>
    public PodWorker(PodServices node, V1Pod pod, Action<string> owns)
    {
        (_node, _owns, _pod, _shape) = (node, owns, pod, Shape(pod));
        _publisher = new StatusPublisher(node.Api, node.Time, node.Logger);
        AddSlots(pod);
        if (pod.Metadata.DeletionTimestamp is not null)
            _interrupt.Cancel();
        Poke();
    }

    public string Uid => _pod.Metadata.Uid;

    public V1Pod Pod
    {
        get
        {
            lock (_lock)
                return _pod;
        }
    }

    private string Name => $"{_pod.Metadata.NamespaceProperty}/{_pod.Metadata.Name}";

    private bool IsEnding => _gone || Pod.Metadata.DeletionTimestamp is not null;

    /// <summary>Takes a newer declaration.</summary>
    public void Update(V1Pod pod)
    {
        var shape = Shape(pod);
        bool changed;
        lock (_lock)
        {
            changed = shape != _shape;
            (_pod, _shape) = (pod, shape);
        }

        if (pod.Metadata.DeletionTimestamp is not null)
            _interrupt.Cancel();
        if (IsForeign(pod))
        {
            _publisher.Invalidate();
            changed = true;
        }

        if (changed)
            Poke();
    }

    /// <summary>The pod has left the API: whatever still runs of it ends now.</summary>
    public void Gone()
    {
        _gone = true;
        _interrupt.Cancel();
        Poke();
    }

    /// <summary>The runtime has told the end of a container or sandbox of this pod, perhaps before its own status says so.</summary>
    public void Ended(string id)
    {
        _ended[id] = 0;
        Poke();
    }

    /// <summary>Images have come: what waits for one need not wait for its back-off.</summary>
    public void ImagesChanged()
    {
        _imagesChanged = true;
        Poke();
    }

    public void Dispose() => _interrupt.Dispose();

    /// <summary>Asks the worker to look again.</summary>
    public void Poke() => _signal.Writer.TryWrite(true);

    /// <summary>Works until the pod is over (true) or the agent stops (false; containers go on).</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        using var publishing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var publisher = _publisher.RunAsync(publishing.Token);
        DateTimeOffset? wake = null;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                await WaitAsync(wake, ct).ConfigureAwait(false);
                try
                {
                    if (IsEnding)
                    {
                        await publishing.CancelAsync().ConfigureAwait(false);
                        await publisher.ConfigureAwait(false);
                        await TerminateAsync(ct).ConfigureAwait(false);
                        return true;
                    }

                    wake = await SyncAsync(ct).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RpcException or IOException or UnauthorizedAccessException || StatusPublisher.IsTransient(e, ct))
                {
                    if (!ct.IsCancellationRequested && !IsEnding)
                        Log.PodStepFailed(_node.Logger, e, Name, "sync");
                    wake = _node.Time.GetUtcNow() + ErrorRetry;
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
        finally
        {
            await publishing.CancelAsync().ConfigureAwait(false);
            await publisher.ConfigureAwait(false);
            foreach (var slot in _slots.Values)
                await StopProbesAsync(slot).ConfigureAwait(false);
        }

        return false;
    }

    private static IEnumerable<V1Container> AllContainers(V1Pod pod) => (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Concat(EphemeralContainers.Of(pod));

    private static V1ContainerStatus? StatusOf(V1Pod pod, Func<V1ContainerStatus, bool> which) =>
        (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.EphemeralContainerStatuses ?? []).FirstOrDefault(which);

    // Only ephemeral containers come later.
    private void AddSlots(V1Pod pod)
    {
        foreach (var container in AllContainers(pod))
            _slots.TryAdd(container.Name, new ContainerSlot(container.Name));
    }

    // What a worker acts on; a status alone is its own echo.
    private static string Shape(V1Pod pod) =>
        KubernetesJson.Serialize(pod.Spec) + Lines(pod.Metadata.Labels) + Lines(pod.Metadata.Annotations)
        + pod.Metadata.DeletionTimestamp?.Ticks + '/' + pod.Metadata.DeletionGracePeriodSeconds
        + string.Concat((pod.Spec.ReadinessGates ?? []).Select(g => pod.Status?.Conditions?.FirstOrDefault(c => c.Type == g.ConditionType)?.Status));

    private static string Lines(IDictionary<string, string>? map) =>
        map is null ? "" : string.Join('\n', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + '=' + p.Value));

    // A node that was thought dead finds its pods marked not ready by someone else: what we know must be said again.
    private bool IsForeign(V1Pod pod)
    {
        static string? Ready(V1PodStatus? status) => status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status;
        return _lastStatus is { } last && Ready(pod.Status) != Ready(last);
    }

    private async Task WaitAsync(DateTimeOffset? wake, CancellationToken ct)
    {
        if (wake is not { } at)
        {
            await _signal.Reader.ReadAsync(ct).ConfigureAwait(false);
            return;
        }

        var delay = at - _node.Time.GetUtcNow();
        if (delay > TimeSpan.Zero)
        {
            using var timeout = new CancellationTokenSource(delay, _node.Time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            try
            {
                await _signal.Reader.WaitToReadAsync(linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
            }
        }

        _signal.Reader.TryRead(out _);
    }

    private void Publish(V1Pod pod, ObservedPod observed)
    {
        var status = PodStatusBuilder.Build(pod, observed, _slots, _node.Options.InternalIP, TerminationMessage, _node.Time.GetUtcNow());
        _lastStatus = status;
        _publisher.Offer(pod, status);
    }

    private string TerminationMessage(string container, uint attempt) => _node.Launcher.TerminationMessage(Uid, container, attempt);

    private void Say(V1Pod pod, bool warning, string reason, string message)
    {
        _node.Events.Record(pod, warning, reason, message);
        Log.PodChanged(_node.Logger, Name, $"{reason}: {message}");
    }

    private static async Task StopProbesAsync(ContainerSlot slot)
    {
        if (slot.Probes is { } probes)
        {
            slot.Probes = null;
            await probes.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void StartProbes(V1Pod pod, V1Container container, ObservedContainer current, string address, bool isStarted, bool isServing)
    {
        var slot = _slots[container.Name];
        slot.RunningId = current.Id;
        slot.KillReason = null;
        slot.Started = container.StartupProbe is null || isStarted;
        slot.Serving = container.ReadinessProbe is null || isServing;
        if (container.StartupProbe is null && container.ReadinessProbe is null && container.LivenessProbe is null)
            return;
        slot.Probes = new ContainerProbes(_node.Prober, _node.Time, pod, container, current.Id, address, current.StartedAt, slot.Started, (kind, ok, message) => Judge(container.Name, current.Id, kind, ok, message));
    }

    private void Judge(string container, string id, ProbeKind kind, bool ok, string message)
    {
        var slot = _slots[container];
        if (slot.RunningId != id)
            return;
        if (!ok)
        {
            Log.ProbeFailed(_node.Logger, Name, kind.ToString(), container, message);
            _node.Events.Record(Pod, true, "Unhealthy", $"{kind} probe of container {container} failed: {message}");
        }

        switch (kind)
        {
            case ProbeKind.Readiness:
                slot.Serving = ok;
                break;
            case ProbeKind.Startup when ok:
                slot.Started = true;
                break;
            case ProbeKind.Startup or ProbeKind.Liveness when !ok:
                slot.KillReason = $"{kind} probe failed: {message}";
                break;
            default:
                return;
        }

        Poke();
    }
}
