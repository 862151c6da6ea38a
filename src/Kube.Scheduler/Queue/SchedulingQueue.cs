using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Queue;

/// <summary>
/// The pods that want a node: in turn by priority, then arrival; waiting for their back-off; or waiting for an event that can help them,
/// where they cost nothing. Belongs to the scheduler's single loop.
/// </summary>
internal sealed class SchedulingQueue
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, QueuedPod> _pods = new(StringComparer.Ordinal);
    private readonly PriorityQueue<QueuedPod, (int, long)> _active = new();
    private readonly PriorityQueue<QueuedPod, long> _backoff = new();
    private readonly HashSet<QueuedPod> _unschedulable = [];
    private long _sequence;

    /// <summary>Pods in any place.</summary>
    public int Count => _pods.Count;

    /// <summary>Pods that wait for an event.</summary>
    public int UnschedulableCount => _unschedulable.Count;

    /// <summary>Adds a pod, or takes over its newer version. A pod whose shape changed is tried again at once.</summary>
    public void Set(k8s.Models.V1Pod pod)
    {
        var shape = new PodShape(pod);
        if (!_pods.TryGetValue(pod.Metadata.Uid, out var queued))
        {
            queued = new QueuedPod(pod, shape, ++_sequence);
            _pods.Add(pod.Metadata.Uid, queued);
            Activate(queued);
            return;
        }

        var changed = queued.Shape.Key != shape.Key;
        queued.Pod = pod;
        queued.Shape = shape;
        if (changed && queued.Place == QueuePlace.Unschedulable)
        {
            Activate(queued);
        }
    }

    /// <summary>Forgets a pod.</summary>
    public void Remove(string uid)
    {
        if (_pods.Remove(uid, out var queued))
        {
            _unschedulable.Remove(queued);
            queued.Place = QueuePlace.None;
        }
    }

    /// <summary>The pod, wherever it waits.</summary>
    public QueuedPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>Takes the next pod in turn; it stays known until removed.</summary>
    public QueuedPod? Next()
    {
        while (_active.TryDequeue(out var queued, out _))
        {
            if (queued.Place == QueuePlace.Active)
            {
                queued.Place = QueuePlace.None;
                return queued;
            }
        }

        return null;
    }

    /// <summary>Puts a pod that every node refused aside until an event can help it.</summary>
    public void Park(QueuedPod queued, Filter refusedBy)
    {
        queued.RefusedBy = refusedBy;
        queued.Place = QueuePlace.Unschedulable;
        _unschedulable.Add(queued);
    }

    /// <summary>Brings a pod whose binding failed back after its back-off.</summary>
    public void Retry(QueuedPod queued, DateTimeOffset now)
    {
        if (!_pods.ContainsKey(queued.Uid))
        {
            return;
        }

        queued.Failures++;
        queued.Place = QueuePlace.Backoff;
        var wait = Math.Min(FirstBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(queued.Failures - 1, 16)), LastBackoff.TotalMilliseconds);
        _backoff.Enqueue(queued, now.AddMilliseconds(wait).UtcTicks);
    }

    /// <summary>Activates the pods that an event can help.</summary>
    /// <param name="changed">The filters whose answer the event may have changed.</param>
    /// <param name="helps">Whether the change is enough for pods of this shape; asked once a shape.</param>
    public void Wake(Filter changed, Func<PodShape, bool> helps)
    {
        if (_unschedulable.Count == 0)
        {
            return;
        }

        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var queued in _unschedulable.Where(q => (q.RefusedBy & changed) != 0 || q.RefusedBy == Filter.None).ToArray())
        {
            if (!answers.TryGetValue(queued.Shape.Key, out var help))
            {
                answers[queued.Shape.Key] = help = helps(queued.Shape);
            }

            if (help)
            {
                Activate(queued);
            }
        }
    }

    /// <summary>Activates the pods whose back-off has passed.</summary>
    /// <returns>When the next one passes; null when none waits.</returns>
    public DateTimeOffset? ActivateDue(DateTimeOffset now)
    {
        while (_backoff.TryPeek(out var queued, out var due))
        {
            if (queued.Place == QueuePlace.Backoff && due > now.UtcTicks)
            {
                return new DateTimeOffset(due, TimeSpan.Zero);
            }

            _backoff.Dequeue();
            if (queued.Place == QueuePlace.Backoff)
            {
                Activate(queued);
            }
        }

        return null;
    }

    private void Activate(QueuedPod queued)
    {
        _unschedulable.Remove(queued);
        queued.Place = QueuePlace.Active;
        _active.Enqueue(queued, (-queued.Priority, queued.Sequence));
    }
}
