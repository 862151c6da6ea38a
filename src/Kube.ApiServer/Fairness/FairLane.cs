namespace Kube.ApiServer.Fairness;

/// <summary>
/// One lane of requests. While a seat is free a request takes it at once; otherwise it waits in the queue of its flow, and seats are given to the flows
/// in turn, so a flood of one flow delays its own requests and nobody else's.
/// </summary>
/// <param name="name">The lane's name, for people.</param>
/// <param name="limits">Its size.</param>
/// <param name="time">The clock.</param>
internal sealed class FairLane(string name, LaneLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly LinkedList<Flow> _turn = new();
    private int _free = limits.Seats;
    private int _waiting;

    public string Name => name;

    /// <summary>Takes a seat for a request of a flow, waiting for its turn.</summary>
    /// <returns>The seat, to be given back; null when the lane refuses the request.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public ValueTask<LaneSeat?> EnterAsync(string flowName, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (!_flows.TryGetValue(flowName, out var flow))
                _flows[flowName] = flow = new Flow(flowName);
            if (_free > 0 && flow.Running < limits.SeatsPerFlow)
            {
                _free--;
                flow.Running++;
                return ValueTask.FromResult<LaneSeat?>(new LaneSeat(this, flow));
            }

            if (_waiting >= limits.Waiting || flow.Queue.Count >= limits.WaitingPerFlow)
            {
                Forget(flow);
                return ValueTask.FromResult<LaneSeat?>(null);
            }

            waiter = new Waiter(flow);
            waiter.Place = flow.Queue.AddLast(waiter);
            _waiting++;
            if (flow.Queue.Count == 1)
                flow.Turn = _turn.AddLast(flow);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    internal void Leave(Flow flow)
    {
        lock (_lock)
        {
            _free++;
            flow.Running--;
            Dispatch();
            Forget(flow);
        }
    }

    private async ValueTask<LaneSeat?> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Granted.Task.WaitAsync(limits.LongestWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (waiter.Place is { } place)
                {
                    Remove(waiter.Flow, place);
                    Forget(waiter.Flow);
                }
            }

            // The seat may have come in this very moment.
            if (waiter.Granted.Task.IsCompletedSuccessfully)
            {
                var seat = await waiter.Granted.Task.ConfigureAwait(false);
                if (e is TimeoutException)
                    return seat;
                seat.Dispose();
            }

            if (e is TimeoutException)
                return null;
            throw;
        }
    }

    // Under the lock: gives free seats to the flows in turn.
    private void Dispatch()
    {
        var looked = _turn.Count;
        while (_free > 0 && looked-- > 0 && _turn.First is { } turn)
        {
            var flow = turn.Value;
            _turn.RemoveFirst();
            flow.Turn = null;
            if (flow.Running >= limits.SeatsPerFlow)
            {
                flow.Turn = _turn.AddLast(flow);
                continue;
            }

            var waiter = flow.Queue.First!.Value;
            Remove(flow, waiter.Place!);
            if (flow.Queue.Count > 0)
                flow.Turn = _turn.AddLast(flow);
            _free--;
            flow.Running++;
            looked = _turn.Count;
            waiter.Granted.SetResult(new LaneSeat(this, flow));
        }
    }

    private void Remove(Flow flow, LinkedListNode<Waiter> place)
    {
        flow.Queue.Remove(place);
        place.Value.Place = null;
        _waiting--;
        if (flow.Queue.Count == 0 && flow.Turn is { } turn)
        {
            _turn.Remove(turn);
            flow.Turn = null;
        }
    }

    private void Forget(Flow flow)
    {
        if (flow.Running == 0 && flow.Queue.Count == 0)
            _flows.Remove(flow.Name);
    }

    internal sealed class Flow(string name)
    {
        public string Name { get; } = name;

        public LinkedList<Waiter> Queue { get; } = new();

        public LinkedListNode<Flow>? Turn { get; set; }

        public int Running { get; set; }
    }

    internal sealed class Waiter(Flow flow)
    {
        public Flow Flow { get; } = flow;

        public LinkedListNode<Waiter>? Place { get; set; }

        public TaskCompletionSource<LaneSeat> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
