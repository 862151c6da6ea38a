namespace Kube.ApiServer.Fairness;

/// <summary>A place in a lane, given back by disposing it once.</summary>
internal sealed class LaneSeat(FairLane lane, FairLane.Flow flow) : IDisposable
{
    private int _given;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _given, 1) == 0)
            lane.Leave(flow);
    }
}
