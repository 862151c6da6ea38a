using Kube.ApiServer.Storage;
using Simulation.Tests.Checks;
using Simulation.Tests.Engine;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Workload;

/// <summary>
/// One simulation: a cluster comes up, people work with it while things go wrong, the faults end, everything is as declared soon after, and then
/// nothing is written any more.
/// </summary>
internal sealed class Scenario(World world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(40);
    private const int QuietWrites = 5;
    private long _writes;

    public async Task RunAsync()
    {
        var random = Randoms.For(world.Seed, "scenario");
        var promises = new Promises(world.Time, world.Findings);
        var leaders = new LeaderPromises(world.Time, world.Findings);
        world.Committed = change =>
        {
            promises.Take(change);
            leaders.Take(promises.Truth, change.Key);
            _writes += IsWork(change) ? 1 : 0;
        };
        world.Network.Answered = leaders.Answered;
        await world.StartAsync(random.Next(4, 7));
        foreach (var machine in world.Machines)
        {
            machine.Started = (m, container) => IdentityPromise.Check(world, m, container);
        }

        await Task.Delay(TimeSpan.FromSeconds(12), world.Time);
        var end = world.Time.Elapsed + random.Seconds(25, 60);
        var people = new People(world, promises);
        await Task.WhenAll(people.ActAsync(end), new Faults(world).CauseAsync(end));
        world.Trace.Add("all faults are over");
        await people.MendAsync();
        await ConvergeAsync(promises.Truth);
        await StayQuietAsync();
        foreach (var orphan in Convergence.Orphans(world.Database.Head))
        {
            world.Findings.Add("owner references", orphan);
        }
    }

    private async Task ConvergeAsync(Truth truth)
    {
        var began = world.Time.Elapsed;
        List<string> missing;
        while ((missing = Convergence.Missing(truth)).Count > 0 && world.Time.Elapsed - began < Patience)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), world.Time);
        }

        world.Trace.Add($"converged {missing.Count == 0}");
        foreach (var each in missing.Take(8))
        {
            world.Findings.Add("convergence", each);
        }
    }

    private async Task StayQuietAsync()
    {
        // What follows the last change: statuses, events, a hint that comes late.
        await Task.Delay(TimeSpan.FromSeconds(20), world.Time);
        var before = _writes;
        world.Findings.ForgetWarnings();
        world.Trace.Add("quiet begins");
        await Task.Delay(Quiet, world.Time);
        if (_writes - before > QuietWrites)
        {
            world.Findings.Add("quiet", $"{_writes - before} writes in {Quiet.TotalSeconds} s in which nothing was to be done");
        }

        foreach (var warning in world.Findings.Warnings.Take(3))
        {
            world.Findings.Add("quiet", $"a warning when nothing was wrong: {warning}");
        }
    }

    // Heartbeats are no work.
    private static bool IsWork(StoreEvent change) => change.Key.Resource is not ("leases.coordination.k8s.io" or "nodes" or "events");
}
