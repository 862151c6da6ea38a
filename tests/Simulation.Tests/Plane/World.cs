using k8s;
using Kube.ApiServer.Storage;
using Kube.Machinery;
using Simulation.Tests.Checks;
using Simulation.Tests.Engine;
using Simulation.Tests.Network;
using Simulation.Tests.Nodes;
using Simulation.Tests.Store;

namespace Simulation.Tests.Plane;

/// <summary>All that a simulation consists of.</summary>
internal sealed class World
{
    private static readonly TimeSpan FencedAfter = TimeSpan.FromSeconds(5);
    private readonly string _keys;
    private readonly Dictionary<string, FakeAgent> _agents = new(StringComparer.Ordinal);
    private int _processes;

    public World(int seed, string keys, TextWriter? output)
    {
        Driver.RequireOneThread();
        (Seed, _keys) = (seed, keys);
        Randomness.Source = Randoms.For(seed, "identities");
        Trace = new Trace(Time, output);
        Network = new SimulatedNetwork(Trace, seed);
        Database = new DurableLog(Time, Randoms.For(seed, "database"));
        Findings = new Findings(Time, Trace);
        Database.Committed = Commit;
    }

    public int Seed { get; }

    public SimulatedTime Time { get; } = new();

    public Trace Trace { get; }

    public SimulatedNetwork Network { get; }

    public DurableLog Database { get; }

    public Findings Findings { get; }

    public List<Machine> Machines { get; } = [];

    public List<ControlProcess> Controllers { get; } = [];

    public List<ControlProcess> Schedulers { get; } = [];

    public ApiServerProcess Server => Network.Server ?? throw new SimulationException("There is no API server now.");

    /// <summary>Told of every change that became durable.</summary>
    public Action<StoreEvent> Committed { get; set; } = _ => { };

    /// <summary>A client of an administrator whose network is always good.</summary>
    public IKubernetes Admin { get; private set; } = null!;

    public FakeAgent AgentOf(Machine machine) => _agents[machine.Name];

    /// <summary>Starts the server, two processes of controllers, two schedulers, and the nodes.</summary>
    public async Task StartAsync(int nodes)
    {
        await StartServerAsync();
        (Admin, _) = Network.Connect("admin", "admin|system:masters", new ProcessClock(Time));
        for (var i = 0; i < 2; i++)
        {
            await StartControllersAsync();
            await StartSchedulerAsync();
        }

        for (var i = 0; i < nodes; i++)
        {
            var machine = new Machine($"node-{i}", $"zone-{i % 3}", i, Time, Randoms.For(Seed, $"machine {i}"), Trace);
            Machines.Add(machine);
            StartAgent(machine);
        }

        _ = WatchdogAsync();
    }

    public async Task StartServerAsync()
    {
        Trace.Add("server starts");
        Network.Route(await ApiServerProcess.StartAsync(Time, Database, _keys, new Logs(Trace, "server", Findings.Warned)));
    }

    /// <summary>The server is dead; another takes its place after the lease of its lead has run out.</summary>
    public async Task ReplaceServerAsync(TimeSpan pause)
    {
        Trace.Add("server dies");
        Server.Kill();
        Network.Route(null);
        await Task.Delay(pause, Time);
        await StartServerAsync();
    }

    public async Task StartControllersAsync()
    {
        var name = $"controllers-{++_processes}";
        Trace.Add($"{name} starts");
        Controllers.Add(await ControlProcess.StartControllersAsync(Time, Network, name, new Logs(Trace, name, Findings.Warned)));
    }

    public async Task StartSchedulerAsync()
    {
        var name = $"scheduler-{++_processes}";
        Trace.Add($"{name} starts");
        Schedulers.Add(await ControlProcess.StartSchedulerAsync(Time, Network, name, new Logs(Trace, name, Findings.Warned)));
    }

    public void StartAgent(Machine machine)
    {
        Trace.Add($"agent of {machine.Name} starts");
        _agents[machine.Name] = FakeAgent.Start(machine, Time, Network, new Logs(Trace, machine.Name, _ => { }));
    }

    public void KillAgent(Machine machine)
    {
        Trace.Add($"agent of {machine.Name} dies");
        AgentOf(machine).Link.Sever();
    }

    private async Task WatchdogAsync()
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), Time);
            foreach (var machine in Machines.Where(m => Time.Elapsed - m.LastContact > FencedAfter))
            {
                machine.Fence();
            }
        }
    }

    private void Commit(StoreEvent change)
    {
        var version = change.Object ?? change.Deleted!;
        // Certificates, tokens and keys are random for real, and nobody's order depends on them.
        var digest = change.Key.Resource is "secrets" or "configmaps" ? "" : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(version.Json.Span).AsSpan(0, 6));
        Trace.Add($"{change.Revision} {(change.Object is null ? "delete" : change.Previous is null ? "create" : "update")} {change.Key.Resource} {change.Key.Namespace}/{change.Key.Name} {digest}");
        Committed(change);
    }
}
