using System.Threading.Channels;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Explain;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Queue;
using Kube.Scheduler.Snapshot;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

/// <summary>
/// One term of scheduling. All state belongs to one loop that is told what changed by messages: nodes and pods from informers, results of
/// bindings, questions. A chosen node is assumed taken at once; the binding follows beside the loop, and is confirmed by the informer or forgotten.
/// </summary>
internal sealed class SchedulerLoop(SchedulerOptions options, IPodBinder binder, TimeProvider time, ILogger logger)
{
    private const int Burst = 128;
    private static readonly TimeSpan ReviewPeriod = TimeSpan.FromMinutes(1);
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<(QueuedPod Pod, V1Pod Version, string Node)> _binds = Channel.CreateUnbounded<(QueuedPod, V1Pod, string)>();
    private readonly ClusterSnapshot _snapshot = new();
    private readonly SchedulingQueue _queue = new();
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);
    private Placement? _placement;
    private (string Shape, long Changes, PlacementTrace Trace)? _lastFailure;
    private DateTimeOffset _review;

    private Placement Placement => _placement ??= new Placement(_snapshot);

    /// <summary>Tells the loop of a node; a handler for an informer.</summary>
    public void OnNode(InformerEvent<V1Node> change) => _inbox.Writer.TryWrite(() => TakeNode(change));

    /// <summary>Tells the loop of a pod; a handler for an informer.</summary>
    public void OnPod(InformerEvent<V1Pod> change) => _inbox.Writer.TryWrite(() => TakePod(change));

    /// <summary>Places pods on the current snapshot, one after the other, without binding any.</summary>
    public Task<IReadOnlyList<PlacementTrace>> DryRunAsync(IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<PlacementTrace>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Writer.TryWrite(() => answer.TrySetResult(DryRun(pods)));
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Schedules until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var binders = Enumerable.Range(0, Math.Max(1, options.ParallelBinds)).Select(_ => BindAllAsync(stop.Token)).ToArray();
        try
        {
            _review = time.GetUtcNow() + ReviewPeriod;
            while (!cancellationToken.IsCancellationRequested)
            {
                while (_inbox.Reader.TryRead(out var message))
                {
                    message();
                }

                var now = time.GetUtcNow();
                if (now >= _review)
                {
                    // Hints are an economy; should one be wrong, no pod waits longer than this.
                    _queue.Wake((Filter)~0, _ => true);
                    _review = now + ReviewPeriod;
                }

                var due = _queue.ActivateDue(now);
                var left = Burst;
                while (left > 0 && _queue.Next() is { } next)
                {
                    Schedule(next);
                    left--;
                }

                if (left > 0)
                {
                    await WaitAsync(due is { } at && at < _review ? at - now : _review - now, cancellationToken);
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
            await Task.WhenAll(binders);
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var message = _inbox.Reader.WaitToReadAsync(wait.Token).AsTask();
        if (!message.IsCompleted)
        {
            await Task.WhenAny(message, Task.Delay(longest < TimeSpan.Zero ? TimeSpan.Zero : longest, time, wait.Token));
        }

        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Schedule(QueuedPod queued)
    {
        var node = Placement.Choose(queued.Shape);
        if (node is not null)
        {
            _snapshot.PlacePod(queued.Uid, node, queued.Shape);
            _assumed.Add(queued.Uid);
            _binds.Writer.TryWrite((queued, queued.Pod, node));
            return;
        }

        SchedulerMetrics.Count("unschedulable");
        if (_lastFailure is not { } last || last.Shape != queued.Shape.Key || last.Changes != _snapshot.Changes)
        {
            _lastFailure = last = (queued.Shape.Key, _snapshot.Changes, Placement.Explain(queued.Shape));
        }

        var refusedBy = Filter.None;
        foreach (var verdict in last.Trace.Nodes)
        {
            refusedBy |= Enum.Parse<Filter>(verdict.RefusedBy ?? nameof(Filter.None));
        }

        _queue.Park(queued, refusedBy);
        var description = last.Trace.Describe();
        if (queued.Reported != description)
        {
            queued.Reported = description;
            binder.ReportFailure(queued.Pod, description);
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
                    await binder.BindAsync(pod, node, cancellationToken);
                    SchedulerMetrics.Count("scheduled");
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException)
                {
                    SchedulerMetrics.Count("error");
                    logger.BindFailed(pod.Metadata.NamespaceProperty, pod.Metadata.Name, node, e.Message);
                    _inbox.Writer.TryWrite(() => ForgetAssumption(queued, node));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The term ends; what was assumed is read again from the API in the next one.
        }
    }

    private void ForgetAssumption(QueuedPod queued, string node)
    {
        if (!_assumed.Remove(queued.Uid))
        {
            return;
        }

        _snapshot.RemovePod(queued.Uid);
        _queue.Retry(queued, time.GetUtcNow());
        WakeFor(node, Filter.NodeResources | Filter.NodePorts);
    }

    private void TakeNode(InformerEvent<V1Node> change)
    {
        if (change.Kind == InformerEventKind.Deleted)
        {
            _snapshot.RemoveNode(change.Object.Metadata.Name);
        }
        else if (_snapshot.SetNode(NodeFacts.Of(change.Object)))
        {
            WakeFor(change.Object.Metadata.Name, (Filter)~0);
        }
    }

    private void TakePod(InformerEvent<V1Pod> change)
    {
        var pod = change.Object;
        var uid = pod.Metadata.Uid;
        var ended = change.Kind == InformerEventKind.Deleted || pod.Status?.Phase is "Succeeded" or "Failed";
        if (ended)
        {
            _queue.Remove(uid);
            _assumed.Remove(uid);
            if (_snapshot.RemovePod(uid) is { Node: var freed })
            {
                WakeFor(freed, Filter.NodeResources | Filter.NodePorts);
            }
        }
        else if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            _queue.Remove(uid);
            _assumed.Remove(uid);
            var before = _snapshot.Find(uid)?.Node;
            if (_snapshot.PlacePod(uid, pod.Spec.NodeName, new PodShape(pod)) && before is not null)
            {
                WakeFor(before, Filter.NodeResources | Filter.NodePorts);
            }
        }
        else if (pod.Metadata.DeletionTimestamp is not null || pod.Spec.SchedulingGates is { Count: > 0 } || !IsOurs(pod))
        {
            _queue.Remove(uid);
        }
        else
        {
            // An event from before our binding must not queue the pod again: while assumed it has its place.
            _queue.Set(pod);
        }
    }

    private void WakeFor(string node, Filter changed) => _queue.Wake(changed, shape => Placement.Takes(node, shape));

    private bool IsOurs(V1Pod pod) => string.IsNullOrEmpty(pod.Spec.SchedulerName) || pod.Spec.SchedulerName == options.SchedulerName;

    private List<PlacementTrace> DryRun(IReadOnlyList<V1Pod> pods)
    {
        var traces = new List<PlacementTrace>(pods.Count);
        var placed = new List<string>();
        foreach (var pod in pods)
        {
            var shape = new PodShape(pod);
            var trace = Placement.Explain(shape);
            traces.Add(trace);
            if (trace.Node is not null)
            {
                var uid = $"dry-run-{placed.Count}";
                placed.Add(uid);
                _snapshot.PlacePod(uid, trace.Node, shape);
            }
        }

        foreach (var uid in placed)
        {
            _snapshot.RemovePod(uid);
        }

        return traces;
    }
}
