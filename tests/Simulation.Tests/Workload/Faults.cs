using System.Globalization;
using Simulation.Tests.Engine;
using Simulation.Tests.Network;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Workload;

/// <summary>What goes wrong, and when, by the seed. Each seed has its own selection of kinds: a fault that is always there hides another.</summary>
internal sealed class Faults(World world)
{
    private readonly Random _random = Randoms.For(world.Seed, "faults");
    private readonly List<Task> _open = [];

    /// <summary>Causes faults until a time has come, and returns when the last is over.</summary>
    public async Task CauseAsync(TimeSpan until)
    {
        Func<TimeSpan, Task>[] all = [CutAsync, LoseAsync, SlowAsync, BreakAsync, PauseAsync, RestartAsync, AgentAsync, PowerAsync, ServerAsync, DatabaseAwayAsync, DatabaseFlakyAsync, HangAsync];
        var kinds = all.Where(_ => _random.Chance(0.4)).ToArray();
        var rate = _random.Seconds(1, 10);
        world.Trace.Add($"faults {string.Join(' ', kinds.Select(k => k.Method.Name))} every {rate.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        while (kinds.Length > 0)
        {
            await Task.Delay(rate * -Math.Log(1 - _random.NextDouble()), world.Time);
            if (world.Time.Elapsed >= until)
            {
                break;
            }

            _open.Add(_random.OneOf(kinds)(_random.Chance(0.5) ? _random.Seconds(0.1, 3) : _random.Seconds(3, 25)));
        }

        await Task.WhenAll(_open);
    }

    private Link AnyLink() => _random.Chance(0.6) ? Control().Link : world.AgentOf(_random.OneOf(world.Machines)).Link;

    private ControlProcess Control() => _random.OneOf([.. world.Controllers, .. world.Controllers, .. world.Schedulers]);

    private async Task CutAsync(TimeSpan length)
    {
        var link = AnyLink();
        var (requests, answers) = _random.OneOf([(true, false), (false, true), (true, true)]);
        await DuringAsync($"{link.Process} cut: requests {requests}, answers {answers}", length, () => link.Cut(requests, answers), () => link.Cut(false, false));
    }

    private async Task LoseAsync(TimeSpan length)
    {
        var link = AnyLink();
        var rate = _random.NextDouble() * 0.3;
        await DuringAsync($"{link.Process} loses {rate.ToString("0.00", CultureInfo.InvariantCulture)}", length, () => link.Losses = rate, () => link.Losses = 0);
    }

    private async Task SlowAsync(TimeSpan length)
    {
        var link = AnyLink();
        var latency = _random.Seconds(0.02, 0.8);
        await DuringAsync($"{link.Process} is slow", length, () => link.Latency = latency, () => link.Latency = TimeSpan.FromMilliseconds(3));
    }

    private Task BreakAsync(TimeSpan length)
    {
        var link = AnyLink();
        world.Trace.Add($"{link.Process} loses its watches");
        link.BreakWatches();
        return Task.CompletedTask;
    }

    private async Task PauseAsync(TimeSpan length)
    {
        var control = Control();
        await DuringAsync($"{control.Name} stands still", length, control.Clock.Stop, () =>
        {
            if (!control.Link.Severed.IsCancellationRequested)
            {
                control.Clock.Continue();
            }
        });
    }

    private async Task RestartAsync(TimeSpan length)
    {
        var isScheduler = _random.Chance(0.4);
        var processes = isScheduler ? world.Schedulers : world.Controllers;
        if (processes.Count < 2)
        {
            return;
        }

        var victim = _random.OneOf(processes);
        processes.Remove(victim);
        world.Trace.Add($"{victim.Name} dies");
        victim.Kill();
        await Task.Delay(length, world.Time);
        await (isScheduler ? world.StartSchedulerAsync() : world.StartControllersAsync());
    }

    private async Task AgentAsync(TimeSpan length)
    {
        var machine = _random.OneOf(world.Machines);
        world.KillAgent(machine);
        await Task.Delay(length, world.Time);
        if (world.AgentOf(machine).Link.Severed.IsCancellationRequested)
        {
            world.StartAgent(machine);
        }
    }

    private async Task PowerAsync(TimeSpan length)
    {
        var machine = _random.OneOf(world.Machines);
        world.KillAgent(machine);
        machine.PowerOff();
        await Task.Delay(length, world.Time);
        if (world.AgentOf(machine).Link.Severed.IsCancellationRequested)
        {
            world.StartAgent(machine);
        }
    }

    private Task ServerAsync(TimeSpan length) => world.Network.Server is null ? Task.CompletedTask : world.ReplaceServerAsync(_random.Seconds(2, 4));

    private async Task DatabaseAwayAsync(TimeSpan length)
    {
        world.Trace.Add("the database is away");
        world.Database.StayAway(length / 2);
        await Task.Delay(length / 2, world.Time);
    }

    private async Task DatabaseFlakyAsync(TimeSpan length)
    {
        var (refusals, losses) = (_random.NextDouble() * 0.1, _random.NextDouble() * 0.1);
        await DuringAsync("the database is flaky", length, () => (world.Database.Refusals, world.Database.LostAnswers) = (refusals, losses), () => (world.Database.Refusals, world.Database.LostAnswers) = (0, 0));
    }

    private async Task HangAsync(TimeSpan length)
    {
        var link = Control().Link;
        await DuringAsync($"renewals of {link.Process} hang", length, () => link.Hanging = "/leases", () => link.Hanging = null);
    }

    private async Task DuringAsync(string what, TimeSpan length, Action begin, Action end)
    {
        world.Trace.Add(what);
        begin();
        await Task.Delay(length, world.Time);
        world.Trace.Add($"over: {what}");
        end();
    }
}
