using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Testing;

namespace Benchmarks.Instance;

/// <summary>
/// The figures a person feels, measured on a whole instance started by deploy/up: starts, declare to first answer, healing, rolling updates under load, durable
/// creates through the whole API over TLS, memory. All traffic goes to loopback and to the instance's own pods.
/// </summary>
internal static class InstanceBenchmark
{
    private const string Host = "bench.example.com";
    private const string App = "/api/v1/teams/bench/projects/shop/environments/staging/apps/hello";
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
        await PostAsync(rest, "/api/v1/teams", new JsonObject { ["name"] = "bench" });
        await PostAsync(rest, "/api/v1/teams/bench/projects", new JsonObject { ["name"] = "shop" });
        await PostAsync(rest, "/api/v1/teams/bench/projects/shop/environments", new JsonObject { ["name"] = "staging" });
        await DeclareAsync(rest, "warm-up", "warm-up.example.com");
        await AnswersAsync(portal, "warm-up.example.com");
        clock.Restart();
        await DeclareAsync(rest, "hello", Host);
        await AnswersAsync(portal, Host);
        figures.Add(Seconds("declare to first 200 through the ingress, image present", clock, "3 s"));

        figures.Add(await HealingAsync(portal));
        await Task.Delay(TimeSpan.FromSeconds(15));
        figures.AddRange(Memory(portal));
        figures.Add(await RollingUpdatesAsync(portal, rest));
        figures.AddRange(await ApiCreates.RunAsync(portal));
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

    private static async Task<Figure> RollingUpdatesAsync(PortalInstance portal, HttpClient rest)
    {
        using var stop = new CancellationTokenSource();
        long sent = 0, failed = 0;
        // Four clients, each a request every 20 ms: about 200 a second, constant whatever the rollout does.
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            while (!stop.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                Interlocked.Increment(ref sent);
                try
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, portal.Ingress);
                    request.Headers.Host = Host;
                    using var response = await client.SendAsync(request);
                    if (response.StatusCode != HttpStatusCode.OK)
                        Interlocked.Increment(ref failed);
                }
                catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        })).ToArray();
        for (var update = 0; update < 10; update++)
        {
            var release = await PostAsync(rest, App + "/deploy", new JsonObject { ["image"] = $"localhost/portal/hello:{(update % 2 == 0 ? 2 : 1)}" });
            var number = (int)release["number"]!;
            await Eventually.Async($"release {number} Live", () => StateAsync(rest, number), state => state == "Live", Patience);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        return new Figure("failed requests during 10 rolling updates under constant load", string.Create(CultureInfo.InvariantCulture, $"{failed} of {sent}"), "0");
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

    private static async Task DeclareAsync(HttpClient rest, string name, string domain)
    {
        using var content = new StringContent($$"""
            apiVersion: portal/v1
            kind: App
            metadata: { team: bench, project: shop, name: {{name}} }
            spec:
              image: localhost/portal/hello:1
              processes: { web: { port: 8080, replicas: 1, size: small, health: { path: / } } }
              domains: [ {{domain}} ]
            """, Encoding.UTF8, "application/yaml");
        using var response = await rest.PutAsync(App[..^"hello".Length] + name, content);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    private static async Task AnswersAsync(PortalInstance portal, string host) =>
        await Eventually.Async($"200 from {host}", () => portal.AskAsync(host), answer => answer.Status == HttpStatusCode.OK, Patience);

    private static async Task<string?> StateAsync(HttpClient rest, int release)
    {
        var view = await rest.GetFromJsonAsync<JsonObject>($"{App}/releases/{release}");
        return (string?)(view?["rollout"]?["state"] ?? view?["state"]);
    }

    private static async Task<JsonNode> PostAsync(HttpClient rest, string path, JsonObject body)
    {
        using var response = await rest.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    private static Figure Seconds(string name, Stopwatch clock, string target) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s"), "at most " + target);
}
