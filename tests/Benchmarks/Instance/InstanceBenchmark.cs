using System.Diagnostics;
using System.Globalization;
using System.Net;
using Testing;

namespace Benchmarks.Instance;

/// <summary>
/// The figures a person feels, measured on a whole instance started by deploy/up: starts, declare to first answer, healing, rolling updates under load, durable
/// creates through the whole API over TLS, memory. All traffic goes to loopback and to the instance's own pods.
/// </summary>
internal static class InstanceBenchmark
{
    private const string Host = "bench.example.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var figures = new List<Figure>();
        var clock = Stopwatch.StartNew();
        await using var portal = new PortalInstance("bench");
        await portal.StartAsync();
        figures.Add(Seconds("cold deploy/up, build included, packages installed", clock, "180 s"));

        await PortalInstance.RunAsync(Repository.Path("deploy/down"), ["--data", portal.Data]);
        clock.Restart();
        var warm = await portal.UpAsync();
        if (warm.ExitCode != 0)
            throw new InvalidOperationException(warm.Output + warm.Error);
        figures.Add(Seconds("warm start of deploy/up to Ready", clock, "5 s"));

        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var warmUp = new FirstApp(rest, "bench", "warm-up");
        await warmUp.MakeRoomAsync();
        await warmUp.DeclareAsync("warm-up.example.com", 1, "small");
        await AnswersAsync(portal, "warm-up.example.com");
        var hello = new FirstApp(rest, "bench");
        clock.Restart();
        await hello.DeclareAsync(Host, 1, "small", "/health");
        await AnswersAsync(portal, Host);
        figures.Add(Seconds("declare to first 200 through the ingress, image present", clock, "3 s"));

        figures.Add(await HealingAsync(portal));
        await Task.Delay(TimeSpan.FromSeconds(15));
        figures.AddRange(Memory(portal));
        figures.Add(await RollingUpdates.RunAsync(portal, hello, Host));
        using (var api = new ApiClients(portal)) figures.AddRange(await ApiCreates.RunAsync(portal, api));
        figures.Add(await NodeLoss.RunAsync(portal));
        return figures;
    }

    private static async Task<Figure> HealingAsync(PortalInstance portal)
    {
        var container = (await portal.KubectlOkAsync("get", "pods", "-A", "-l", "portal/app=hello", "-o", "jsonpath={.items[0].status.containerStatuses[0].containerID}")).Trim();
        using var process = Containers.FirstProcess(container);
        var clock = Stopwatch.StartNew();
        process.Kill();
        await Eventually.Async("the app gone", () => portal.AskAsync(Host), answer => answer.Status != HttpStatusCode.OK, Patience);
        await AnswersAsync(portal, Host);
        return Seconds("container killed to serving again", clock, "2 s");
    }

    private static IEnumerable<Figure> Memory(PortalInstance portal)
    {
        yield return Resident("idle memory: server with console and control plane", Path.Combine(portal.Data, "run/up.pid"), "400 MB");
        yield return Resident("idle memory: agent", Path.Combine(portal.Data, "run/agent.pid"), "120 MB");
    }

    private static Figure Resident(string name, string pidFile, string target)
    {
        var line = File.ReadLines($"/proc/{File.ReadAllText(pidFile).Trim()}/status").First(text => text.StartsWith("VmRSS", StringComparison.Ordinal));
        var kilobytes = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new Figure(name, string.Create(CultureInfo.InvariantCulture, $"{kilobytes / 1024.0:0} MB"), target);
    }

    private static async Task AnswersAsync(PortalInstance portal, string host) =>
        await Eventually.Async($"200 from {host}", () => portal.AskAsync(host), answer => answer.Status == HttpStatusCode.OK, Patience);

    private static Figure Seconds(string name, Stopwatch clock, string target) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s"), "at most " + target);
}
