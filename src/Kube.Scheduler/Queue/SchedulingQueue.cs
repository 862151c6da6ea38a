using System.Numerics;
using k8s.Models;
using Kube.Scheduler.Filters;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Queue;

/// <summary>
/// The pods that want a node: in turn by priority, then arrival; waiting for their back-off; or parked until an event can help them, where
/// pods of one shape cost one try an event together: the first asks, and each success lets the next one ask. Belongs to the scheduler's single loop.
/// </summary>
internal sealed class SchedulingQueue
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, QueuedPod> _pods = new(StringComparer.Ordinal);
    private readonly PriorityQueue<QueuedPod, (int, long)> _active = new();
    private readonly PriorityQueue<QueuedPod, long> _backoff = new();
    private readonly Dictionary<string, ParkedGroup> _parked = new(StringComparer.Ordinal);

    // How many groups each filter refused, so that an event that concerns none of them costs nothing.
    private readonly int[] _refusals = new int[32];
    private long _sequence;

    /// <summary>Groups of pods that wait for an event.</summary>
    public int ParkedGroups => _parked.Count;

    /// <summary>All pods that want a node.</summary>
    public IReadOnlyCollection<QueuedPod> Pods => _pods.Values;

    /// <summary>Adds a pod, or takes over its newer version. A pod whose shape changed is tried again at once.</summary>
    public QueuedPod Set(V1Pod pod)
    {
        var shape = new PodShape(pod);
        if (!_pods.TryGetValue(pod.Metadata.Uid, out var queued))
        {
            queued = new QueuedPod(pod, shape, ++_sequence);
            _pods.Add(pod.Metadata.Uid, queued);
            Activate(queued);
            return queued;
        }

        queued.Pod = pod;
        if (queued.Shape.FullKey != shape.FullKey)
        {
            queued.Shape = shape;
            if (queued.Place == QueuePlace.Unschedulable)
            {
                Activate(queued);
            }
        }

        return queued;
    }

    /// <summary>Forgets a pod.</summary>
    public void Remove(string uid)
    {
        if (_pods.Remove(uid, out var queued))
        {
            var group = queued.Group;
            Unpark(queued);
            queued.Place = QueuePlace.None;
            if (queued.IsProbe && group is not null)
            {
                // It was to ask for the others.
                WakeNext(group.Key);
            }
        }
    }

    /// <summary>The pod, wherever it waits.</summary>
    public QueuedPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>The group that a pod in turn can join without a try, because its like were refused and nothing has helped them since; else null.</summary>
    public ParkedGroup? Like(QueuedPod queued) => queued.IsProbe ? null : _parked.GetValueOrDefault(queued.GroupKey);

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
    public void Park(QueuedPod queued, Filter refusedBy, string description, DateTimeOffset now, string? fix = null)
    {
        if (!_parked.TryGetValue(queued.GroupKey, out var group))
        {
            _parked[queued.GroupKey] = group = new ParkedGroup(queued.GroupKey);
        }

        Tally(group, -1);
        group.RefusedBy = refusedBy;
        group.IsCounted = true;
        Tally(group, 1);
        group.Description = description;
        group.Fix = fix;
        group.TriedAt = now;
        Join(queued, group);
    }

    /// <summary>Puts a pod aside with its like.</summary>
    public static void Join(QueuedPod queued, ParkedGroup group)
    {
        queued.Place = QueuePlace.Unschedulable;
        queued.IsProbe = false;
        queued.Group = group;
        group.Pods[queued.Sequence] = queued;
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

    /// <summary>Lets a group that an event can help ask again.</summary>
    /// <param name="changed">The filters whose answer the event may have changed.</param>
    /// <param name="helps">Whether the event is enough; asked once a group.</param>
    public void Wake(Filter changed, Func<ParkedGroup, bool> helps)
    {
        if (_parked.Count == 0 || !AnyRefusedBy(changed))
        {
            return;
        }

        List<QueuedPod>? woken = null;
        foreach (var group in _parked.Values)
        {
            if (((group.RefusedBy & changed) != 0 || group.RefusedBy == Filter.None) && helps(group))
            {
                (woken ??= []).Add(group.First);
            }
        }

        foreach (var queued in woken ?? [])
        {
            Activate(queued);
        }
    }

    /// <summary>Lets the next pod of a group ask, after one of it was placed.</summary>
    public void WakeNext(string key)
    {
        if (_parked.TryGetValue(key, out var group))
        {
            Activate(group.First);
        }
    }

    /// <summary>Lets one pod ask, wherever it waits.</summary>
    public void Wake(QueuedPod queued)
    {
        if (queued.Place == QueuePlace.Unschedulable)
        {
            Activate(queued);
        }
    }

    /// <summary>Lets every group ask whose last try is longer ago.</summary>
    public void Flush(DateTimeOffset before)
    {
        foreach (var queued in _parked.Values.Where(g => g.TriedAt < before).Select(g => g.First).ToArray())
        {
            Activate(queued);
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
        // Tried although its like stay parked: it asks for them.
        queued.IsProbe = queued.Place == QueuePlace.Unschedulable;
        var group = queued.Group;
        Unpark(queued);
        queued.Group = group;
        queued.Place = QueuePlace.Active;
        _active.Enqueue(queued, (-queued.Shape.Priority, queued.Sequence));
    }

    private void Unpark(QueuedPod queued)
    {
        if (queued.Group is { } group)
        {
            // One that asks for its group has left it: by now another group may stand under the key, with others who wait.
            if (group.Pods.Remove(queued.Sequence) && group.Pods.Count == 0)
            {
                _parked.Remove(group.Key);
                Tally(group, -1);
                group.IsCounted = false;
            }

            queued.Group = null;
        }
    }

    // Groups that no filter refused are counted in the last place: any event concerns them.
    private void Tally(ParkedGroup group, int by)
    {
        if (!group.IsCounted)
        {
            return;
        }

        for (var rest = group.RefusedBy == Filter.None ? 1u << 31 : (uint)group.RefusedBy; rest != 0; rest &= rest - 1)
        {
            _refusals[BitOperations.TrailingZeroCount(rest)] += by;
        }
    }

    /// <summary>Whether any group was refused by one of the filters.</summary>
    public bool AnyRefusedBy(Filter changed)
    {
        for (var rest = (uint)changed | (1u << 31); rest != 0; rest &= rest - 1)
        {
            if (_refusals[BitOperations.TrailingZeroCount(rest)] > 0)
            {
                return true;
            }
        }

        return false;
    }
}
