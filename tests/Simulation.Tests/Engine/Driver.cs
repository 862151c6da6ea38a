namespace Simulation.Tests.Engine;

/// <summary>
/// Runs a simulation: lets everything run until nothing can, then fires the next timer. It counts on a thread pool of one thread, on which all
/// of the simulated processes run one after another in the order in which their work was queued; that, simulated time and seeded randomness make a
/// run repeatable without any change to the code that is simulated.
/// </summary>
internal sealed class Driver(SimulatedTime time)
{
    private const int MostStepsOfAMoment = 2_000_000;

    /// <summary>Fails unless the pool has one thread; see Program.cs for how it gets it.</summary>
    public static void RequireOneThread()
    {
        ThreadPool.GetMaxThreads(out var workers, out _);
        if (workers != 1)
        {
            throw new InvalidOperationException($"A simulation needs a thread pool of one thread, not {workers}: start it through Program.cs.");
        }
    }

    /// <summary>Runs a scenario to its end. Called on the pool.</summary>
    public async Task RunAsync(Func<Task> scenario)
    {
        var running = scenario();
        while (true)
        {
            await SettleAsync();
            if (running.IsCompleted)
            {
                await running;
                return;
            }

            if (!time.FireNext())
            {
                throw new SimulationException("Nothing is left that could happen, and the scenario has not ended.");
            }
        }
    }

    private async Task SettleAsync()
    {
        for (var steps = 0; ; steps++)
        {
            await Task.Yield();
            if (ThreadPool.PendingWorkItemCount == 0)
            {
                return;
            }

            if (steps > MostStepsOfAMoment)
            {
                throw new SimulationException($"A busy loop: work goes on for ever at {time.Elapsed.TotalSeconds:0.000} s.");
            }
        }
    }
}
