using System.Threading.Channels;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Preemption;
using Kube.Scheduler.Queue;
using Kube.Scheduler.Reviews;
using Kube.Scheduler.Snapshot;
using Kube.Scheduler.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

/// <summary>
/// One term of scheduling. All state belongs to one loop that is told what changed by messages: objects from informers, results of
/// bindings, questions. A chosen node is assumed taken at once; the binding follows beside the loop, and is confirmed by the informer or forgotten.
/// </summary>
internal sealed class SchedulerLoop
{
    private const int Burst = 128;
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<(QueuedPod Pod, V1Pod Version, string Node)> _binds = Channel.CreateUnbounded<(QueuedPod, V1Pod, string)>();

    // What prepares a place before a pod can be bound to it, and what to do when it did not come about.
    private readonly Channel<(Func<CancellationToken, Task> Write, Action Undo, string Pod)> _preparations = Channel.CreateUnbounded<(Func<CancellationToken, Task>, Action, string)>();
    private readonly SchedulerState _state = new();
    private readonly SchedulerOptions _options;
    private readonly IPodBinder _binder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ClusterEvents _events;
    private DateTimeOffset _flush;

    /// <summary>Makes a loop that knows nothing yet.</summary>
    public SchedulerLoop(SchedulerOptions options, IPodBinder binder, TimeProvider time, ILogger logger)
    {
        _options = options;
        _binder = binder;
        _time = time;
        _logger = logger;
        _events = new ClusterEvents(_state, options.SchedulerName);
    }

    /// <summary>Tells the loop of a node; a handler for an informer.</summary>
    public void OnNode(InformerEvent<V1Node> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a pod; a handler for an informer.</summary>
    public void OnPod(InformerEvent<V1Pod> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a disruption budget; a handler for an informer.</summary>
    public void OnBudget(InformerEvent<V1PodDisruptionBudget> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a claim; a handler for an informer.</summary>
    public void OnClaim(InformerEvent<V1PersistentVolumeClaim> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a volume; a handler for an informer.</summary>
    public void OnVolume(InformerEvent<V1PersistentVolume> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a storage class; a handler for an informer.</summary>
    public void OnStorageClass(InformerEvent<V1StorageClass> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Tells the loop of a namespace; a handler for an informer.</summary>
    public void OnNamespace(InformerEvent<V1Namespace> change) => _inbox.Writer.TryWrite(() => _events.Take(change));

    /// <summary>Takes the state down as it is between two decisions.</summary>
    public Task<ClusterCapture> CaptureAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<ClusterCapture>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Writer.TryWrite(() => answer.TrySetResult(ClusterCapture.Of(_state)));
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Schedules until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, Math.Max(1, _options.ParallelBinds)).Select(_ => BindAllAsync(stop.Token)).Append(PrepareAllAsync(stop.Token)).ToArray();
        try
        {
            _flush = _time.GetUtcNow() + FlushPeriod;
            while (!cancellationToken.IsCancellationRequested)
            {
                while (_inbox.Reader.TryRead(out var message))
                {
                    message();
                }

                _events.WakeWaiting();
                var now = _time.GetUtcNow();
                if (now >= _flush)
                {
                    // Hints are an economy; should one be wrong, no pod waits for ever.
                    _state.Queue.Flush(now - LongestWait);
                    _flush = now + FlushPeriod;
                }

                var due = _state.Queue.ActivateDue(now);
                var left = Burst;
                while (left > 0 && _state.Queue.Next() is { } next)
                {
                    Schedule(next, now);
                    left--;
                }

                if (left > 0 && _state.Changes.Count == 0)
                {
                    await WaitAsync(due is { } at && at < _flush ? at - now : _flush - now, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ends.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(workers);
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var message = _inbox.Reader.WaitToReadAsync(wait.Token).AsTask();
        if (!message.IsCompleted)
        {
            await Task.WhenAny(message, Task.Delay(longest < TimeSpan.Zero ? TimeSpan.Zero : longest, _time, wait.Token));
        }

        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Schedule(QueuedPod queued, DateTimeOffset now)
    {
        if (_state.Queue.Like(queued) is { } like)
        {
            SchedulingQueue.Join(queued, like);
            Report(queued, like.Description, like.Fix);
            return;
        }

        var shape = queued.Shape;
        var node = _state.Nominations.Lifted(queued.Uid, shape.Priority, () =>
            queued.NominatedNode is { } nominated && _state.Placement.Takes(nominated, shape) ? nominated : _state.Placement.Choose(shape));
        if (node is null)
        {
            SchedulerMetrics.Count("unschedulable");
            Refused(queued, now);
            return;
        }

        if (!shape.Claims.IsEmpty && VolumesOn(node, shape) is { Count: > 0 } reservations)
        {
            Reserve(queued, node, reservations, now);
            return;
        }

        var group = queued.GroupKey;
        queued.NominatedNode = null;
        if (_state.Nominations.Remove(queued.Uid) is { } place && place.Node != node)
        {
            _state.Changes.Add(ClusterChange.OfRoom(place.Node, place.Shape));
        }

        _state.Snapshot.PlacePod(queued.Uid, node, shape, queued.Pod);
        _state.Assumed.Add(queued.Uid);
        _binds.Writer.TryWrite((queued, queued.Pod, node));
        if (_state.Queue.ParkedGroups > 0)
        {
            _state.Queue.WakeNext(group);
        }

        if (_state.Queue.AnyRefusedBy(ClusterChange.Places))
        {
            _state.Changes.Add(ClusterChange.OfNeighbour(shape));
        }
    }

    // What the pod's claims get on a node; empty when all have their volumes.
    private IReadOnlyList<VolumeReservation> VolumesOn(string node, PodShape shape) =>
        _state.Snapshot.TryGetIndex(node, out var i) ? _state.Snapshot.Volumes.RulesFor(shape)?.Reserve(_state.Snapshot.Facts[i]!) ?? [] : [];

    // The node is kept for the pod until its claims are bound; then it is tried again, and the volumes lead it there.
    private void Reserve(QueuedPod queued, string node, IReadOnlyList<VolumeReservation> reservations, DateTimeOffset now)
    {
        queued.NominatedNode = node;
        _state.Nominations.Remove(queued.Uid);
        _state.Nominations.Set(queued.Uid, node, queued.Shape);
        foreach (var reservation in reservations)
        {
            _state.Snapshot.Volumes.Reserve(reservation);
        }

        _preparations.Writer.TryWrite((token => _binder.ReserveVolumesAsync(node, reservations, token), () => ForgetReservations(queued, reservations), queued.Uid));
        _state.Queue.Park(queued, Filter.VolumeBinding, $"waiting for the volumes of the pod's claims, to be bound for node {node}", now);
    }

    private void Refused(QueuedPod queued, DateTimeOffset now)
    {
        var shape = queued.Shape;
        var (diagnosis, plan) = _state.Nominations.Lifted(queued.Uid, shape.Priority, () =>
        {
            var found = _state.Placement.Diagnose(shape);
            return (found, found.Curable > 0 && MayPreempt(queued) ? _state.Victims.Find(shape) : null);
        });
        if (plan is not null)
        {
            Preempt(queued, plan);
        }

        var description = diagnosis.Nodes == 0 ? diagnosis.Describe() : $"{diagnosis.Describe()} {PreemptionWords(shape, diagnosis, plan)}".TrimEnd();
        // What would help is worth asking every node once more only when there is something new to say.
        var like = _state.Queue.Like(queued) ?? queued.Group;
        var fix = like?.Description == description ? like.Fix : plan is null && _state.Placement.Advise(shape).Fixes is [var cheapest, ..] ? cheapest : null;
        _state.Queue.Park(queued, diagnosis.RefusedBy, description, now, fix);
        Report(queued, description, fix);
    }

    // Not again while those who are to make room for it are still leaving.
    private bool MayPreempt(QueuedPod queued) =>
        queued.NominatedNode is not { } node
        || !_state.Snapshot.PodsOn(node).Any(p => p.Shape.Priority < queued.Shape.Priority && (p.Shape.IsTerminating || _state.Victims.Doomed.Contains(p.Uid)));

    private static string PreemptionWords(PodShape shape, Diagnosis diagnosis, PreemptionPlan? plan)
    {
        if (plan is not null)
        {
            return "";
        }

        if (!shape.MayPreempt)
        {
            return "preemption: not eligible due to preemptionPolicy=Never.";
        }

        var reasons = new Dictionary<string, int>();
        if (diagnosis.Curable > 0)
        {
            reasons["No preemption victims found for incoming pod"] = diagnosis.Curable;
        }

        if (diagnosis.Nodes > diagnosis.Curable)
        {
            reasons["Preemption is not helpful for scheduling"] = diagnosis.Nodes - diagnosis.Curable;
        }

        return $"preemption: {Diagnosis.Describe(diagnosis.Nodes, null, reasons)}";
    }

    private void Preempt(QueuedPod queued, PreemptionPlan plan)
    {
        SchedulerMetrics.Count("preempting");
        foreach (var below in _state.Nominations.Below(plan.Node, queued.Shape.Priority))
        {
            // The place they wait for goes to a more important pod.
            _state.Nominations.Remove(below);
            if (_state.Queue.Find(below) is { } loser)
            {
                loser.NominatedNode = null;
                _state.Queue.Wake(loser);
            }
        }

        queued.NominatedNode = plan.Node;
        _state.Nominations.Set(queued.Uid, plan.Node, queued.Shape);
        _state.Victims.Doomed.UnionWith(plan.Victims.Select(v => v.Uid));
        var (pod, victims) = (queued.Pod, plan.Victims.Select(v => v.Pod).OfType<V1Pod>().ToArray());
        _preparations.Writer.TryWrite((token => _binder.PreemptAsync(pod, plan.Node, victims, token), () => ForgetPreemption(queued, plan), queued.Uid));
    }

    private void Report(QueuedPod queued, string description, string? fix)
    {
        if (queued.Reported != description)
        {
            queued.Reported = description;
            _binder.ReportFailure(queued.Pod, description, fix);
        }
    }

    private async Task BindAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (queued, pod, node) in _binds.Reader.ReadAllAsync(cancellationToken))
            {
                try
                {
                    await _binder.BindAsync(pod, node, cancellationToken);
                    SchedulerMetrics.Count("scheduled");
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException)
                {
                    SchedulerMetrics.Count("error");
                    _logger.BindFailed(pod.Metadata.NamespaceProperty, pod.Metadata.Name, node, e.Message);
                    _inbox.Writer.TryWrite(() => ForgetAssumption(queued));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ends; what was assumed is read again from the API in the next one.
        }
    }

    private async Task PrepareAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (write, undo, pod) in _preparations.Reader.ReadAllAsync(cancellationToken))
            {
                try
                {
                    await write(cancellationToken);
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException)
                {
                    _logger.PreparationFailed(pod, e.Message);
                    _inbox.Writer.TryWrite(undo);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ends.
        }
    }

    private void ForgetAssumption(QueuedPod queued)
    {
        if (_state.Assumed.Remove(queued.Uid) && _state.Snapshot.RemovePod(queued.Uid) is { } place)
        {
            _state.Queue.Retry(queued, _time.GetUtcNow());
            _state.Changes.Add(ClusterChange.OfRoom(place.Node, place.Shape));
        }
    }

    private void ForgetReservations(QueuedPod queued, IReadOnlyList<VolumeReservation> reservations)
    {
        foreach (var reservation in reservations)
        {
            _state.Snapshot.Volumes.Release(reservation);
        }

        if (_state.Nominations.Remove(queued.Uid) is not null)
        {
            queued.NominatedNode = null;
            _state.Queue.Wake(queued);
        }
    }

    private void ForgetPreemption(QueuedPod queued, PreemptionPlan plan)
    {
        _state.Victims.Doomed.ExceptWith(plan.Victims.Select(v => v.Uid));
        if (queued.NominatedNode == plan.Node && _state.Nominations.Remove(queued.Uid) is not null)
        {
            queued.NominatedNode = null;
            _state.Queue.Wake(queued);
        }
    }
}
