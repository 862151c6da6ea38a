using k8s.Models;
using Kube.Machinery.Nodes;
using Kube.Node.Pods;

namespace Kube.Node.Fencing;

/// <summary>
/// The agent's half of <see cref="FencePromise"/>: moves the guard's deadline on with each confirmed renewal, and lets nothing stateful start unless the Lease is held and,
/// after it was not, the API server itself says that the pod is still this node's.
/// </summary>
internal sealed class FenceLease : IDisposable
{
    /// <summary>Why such a container waits.</summary>
    public const string Reason = "NodeFenced";

    private readonly FenceBoard? _board;
    private readonly Func<long> _clock;
    private readonly Func<V1Pod, CancellationToken, Task<V1Pod?>> _read;
    private readonly Dictionary<string, int> _verified = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _lapses = 1;

    /// <param name="board">What is shared with the guard; null on an agent without one, which promises nothing.</param>
    /// <param name="clock">Milliseconds that only go on, whatever happens to the process.</param>
    /// <param name="read">Asks the API server for a pod as it is now; null when there is none of its uid.</param>
    public FenceLease(FenceBoard? board, Func<long> clock, Func<V1Pod, CancellationToken, Task<V1Pod?>> read) => (_board, _clock, _read) = (board, clock, read);

    /// <summary>Whether stateful pods may run.</summary>
    public bool IsHeld => _board is null || _clock() < _board.Deadline;

    /// <summary>Whether anything of a pod may be made now: even its sandbox would only be ended again.</summary>
    public bool MayRun(V1Pod pod) => IsHeld || !StatefulPods.IsStateful(pod);

    /// <summary>Now, in the time of <see cref="Confirm"/>.</summary>
    public long Now => _clock();

    /// <summary>Whether a guard has looked in the last second and a half: only then may it be promised.</summary>
    public bool IsGuarded => _board is not null && _clock() - _board.LastLook < FencePromise.Margin.TotalMilliseconds;

    /// <summary>Before the first promise is sent the guard must know an end.</summary>
    /// <param name="sentAt">When it is about to be sent.</param>
    /// <param name="duration">The Lease's.</param>
    public void Arm(long sentAt, TimeSpan duration)
    {
        if (_board is { Deadline: FenceBoard.Never } board)
            board.Deadline = EndOf(sentAt, duration);
    }

    /// <summary>The API server has confirmed a renewal.</summary>
    /// <param name="sentAt">When it was sent: the Lease counts from there.</param>
    /// <param name="duration">The Lease's; null when it promised nothing.</param>
    /// <returns>Whether the Lease is held again after it was not.</returns>
    public bool Confirm(long sentAt, TimeSpan? duration)
    {
        if (_board is null)
            return false;
        lock (_lock)
        {
            var regained = _clock() >= _board.Deadline;
            if (regained)
                _lapses++;
            var end = duration is { } length ? EndOf(sentAt, length) : FenceBoard.Never;
            if (end > _board.Deadline || duration is null)
                _board.Deadline = end;
            return regained && IsHeld;
        }
    }

    /// <summary>To be asked just before a container of the pod is made.</summary>
    /// <exception cref="ContainerStartException">It must not start now.</exception>
    public async Task AdmitAsync(V1Pod pod, CancellationToken ct)
    {
        if (_board is null || !StatefulPods.IsStateful(pod))
            return;
        _board.Add(pod.Metadata.Uid);
        int lapses;
        lock (_lock)
        {
            if (!IsHeld)
                throw Refuse("this node has lost the control plane; another may run this pod by now. It starts again once the node is confirmed");
            lapses = _lapses;
            if (_verified.GetValueOrDefault(pod.Metadata.Uid) == lapses)
                return;
        }

        V1Pod? live;
        try
        {
            live = await _read(pod, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (Status.StatusPublisher.IsTransient(e, ct))
        {
            throw Refuse($"the control plane could not be asked whether this pod is still this node's: {e.Message}");
        }

        if (live is null || live.Metadata.Uid != pod.Metadata.Uid || live.Metadata.DeletionTimestamp is not null)
            throw Refuse("this pod is being replaced");
        lock (_lock)
        {
            // The Lease may have run out, or run out and been regained, while the server was asked.
            if (!IsHeld || lapses != _lapses)
                throw Refuse("this node lost the control plane meanwhile");
            _verified[pod.Metadata.Uid] = lapses;
        }
    }

    /// <summary>Nothing of the pod is left on this node.</summary>
    public void Forget(string podUid)
    {
        _board?.Remove(podUid);
        lock (_lock)
            _verified.Remove(podUid);
    }

    public void Dispose() => _board?.Dispose();

    private static long EndOf(long sentAt, TimeSpan duration) => sentAt + (long)(duration - FencePromise.Margin).TotalMilliseconds;

    private static ContainerStartException Refuse(string why) => new(Reason, why);
}
