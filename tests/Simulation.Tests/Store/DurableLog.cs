using Kube.ApiServer.Storage;
using Simulation.Tests.Engine;

namespace Simulation.Tests.Store;

/// <summary>
/// The database behind all server processes: what it has taken is durable, whatever happens to them. It can stay away, refuse a batch, or take one
/// and lose the answer, as PostgreSQL can.
/// </summary>
internal sealed class DurableLog(SimulatedTime time, Random random)
{
    private TimeSpan _awayUntil;

    /// <summary>What is durable.</summary>
    public Head Head { get; private set; } = Head.Empty;

    /// <summary>The term of the process that may write.</summary>
    public long Epoch { get; private set; }

    /// <summary>How often a batch is refused.</summary>
    public double Refusals { get; set; }

    /// <summary>How often a batch is taken but its answer comes only after a reconnect.</summary>
    public double LostAnswers { get; set; }

    /// <summary>Told of every change that became durable.</summary>
    public Action<StoreEvent> Committed { get; set; } = _ => { };

    /// <summary>Gives the lead to another process: whoever had it is fenced.</summary>
    public SimulatedLog Take(TimeProvider clock) => new(this, ++Epoch, clock);

    /// <summary>The database does not answer for a while.</summary>
    public void StayAway(TimeSpan duration) => _awayUntil = time.Elapsed + duration;

    internal async Task AppendAsync(long epoch, TimeProvider clock, IReadOnlyList<StoreEvent> events, CancellationToken cancellationToken)
    {
        await ReachAsync(clock, cancellationToken);
        if (epoch != Epoch)
        {
            throw new LogFencedException();
        }

        if (random.Chance(Refusals))
        {
            throw new LogRefusedException("The database refused the batch.", new IOException("simulated"));
        }

        if (events[0].Revision != Head.Revision + 1)
        {
            throw new SimulationException($"A batch begins at revision {events[0].Revision} behind {Head.Revision}.");
        }

        Head = Head.Apply(events);
        foreach (var change in events)
        {
            Committed(change);
        }

        if (random.Chance(LostAnswers))
        {
            // The connection broke after the commit: the process looks the batch up when it has a new one.
            await Task.Delay(random.Seconds(0.2, 9), clock, cancellationToken);
        }

        await ReachAsync(clock, cancellationToken);
        if (epoch != Epoch)
        {
            throw new LogFencedException(outcomeUnknown: true);
        }
    }

    internal async Task<bool> RenewAsync(long epoch, TimeProvider clock, CancellationToken cancellationToken)
    {
        await ReachAsync(clock, cancellationToken);
        return epoch == Epoch ? true : throw new LogFencedException();
    }

    private async Task ReachAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        do
        {
            var rest = _awayUntil - time.Elapsed;
            // Task.Delay drops the fraction of a millisecond.
            await Task.Delay(rest > TimeSpan.Zero ? rest + TimeSpan.FromMilliseconds(1) : random.Between(TimeSpan.FromMicroseconds(200), TimeSpan.FromMilliseconds(2)), clock, cancellationToken);
        }
        while (time.Elapsed < _awayUntil);
    }
}
