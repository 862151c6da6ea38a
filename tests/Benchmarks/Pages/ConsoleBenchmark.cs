using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Benchmarks.Instance;
using Microsoft.Playwright;
using Testing;

namespace Benchmarks.Pages;

/// <summary>
/// What a browser gets of the console of a whole instance: bytes of the first load and of the circuit's first batch, bytes of an update of a list of 100 apps, and the time
/// from a change in the cluster to the pixels; beside them the plan of an app of 30 objects. All traffic goes to loopback.
/// </summary>
internal static class ConsoleBenchmark
{
    private const string Team = "bench";
    private const int ListedApps = 100;
    private const string List = $"/t/{Team}/p/shop/e/staging/apps";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var figures = new List<Figure>();
        await using var portal = new PortalInstance("bench-console");
        await portal.StartAsync();
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var hello = await FirstApp.CreateAsync(rest, Team, "bench.example.com");
        figures.Add(await PlanAsync(rest));

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await SignInAsync(portal, page);
        figures.AddRange(await FirstLoadAsync(portal, browser, context));
        figures.Add(await PixelsAsync(portal, page));

        await FillAsync(rest);
        figures.Add(await UpdateAsync(portal, rest, page));
        await hello.DeleteAsync();
        return figures;
    }

    private static async Task SignInAsync(PortalInstance portal, IPage page)
    {
        await page.GotoAsync(portal.Console.ToString());
        await page.GetByLabel("E-mail address").FillAsync(PortalInstance.AdminEmail);
        await page.GetByLabel("Password").FillAsync(PortalInstance.AdminPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await LiveAsync(page);
    }

    private static Task LiveAsync(IPage page) => page.Locator(".portal-live--on").WaitForAsync();

    // A browser of its own without anything in its cache, told by the protocol what came over the wire.
    private static async Task<IReadOnlyList<Figure>> FirstLoadAsync(PortalInstance portal, IBrowser browser, IBrowserContext signedIn)
    {
        await using var context = await browser.NewContextAsync(new() { StorageState = await signedIn.StorageStateAsync() });
        var page = await context.NewPageAsync();
        var protocol = await context.NewCDPSessionAsync(page);
        await protocol.SendAsync("Network.enable");
        long loaded = 0;
        protocol.Event("Network.loadingFinished").OnEvent += (_, data) => Interlocked.Add(ref loaded, (long)(data?.GetProperty("encodedDataLength").GetDouble() ?? 0));
        long received = 0;
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) => Interlocked.Add(ref received, frame.Binary?.Length ?? Encoding.UTF8.GetByteCount(frame.Text ?? ""));
        await page.GotoAsync(new Uri(portal.Console, List).ToString());
        await LiveAsync(page);
        var first = Interlocked.Read(ref received);
        await Eventually.Async("the page to settle", () => Task.FromResult(Interlocked.Read(ref received)), now =>
        {
            var settled = now == first && now > 0;
            first = now;
            return settled;
        });
        return
        [
            Bytes("first load of the console, compressed, fonts and circuit script included", Interlocked.Read(ref loaded), "150 KB"),
            Bytes("first WebSocket batches of the app list", first, "60 KB"),
        ];
    }

    // An event about a pod of the app: the API server tells the watch, the snapshot changes, the circuit sends a batch, the browser draws it.
    private static async Task<Figure> PixelsAsync(PortalInstance portal, IPage page)
    {
        const int samples = 30;
        await page.GotoAsync(new Uri(portal.Console, $"{List}/hello/events").ToString());
        await LiveAsync(page);
        var pod = (await portal.KubectlOkAsync("get", "pods", "-A", "-l", "portal/app=hello", "-o", "jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name} {.items[0].metadata.uid}")).Split(' ');
        using var api = new ApiClients(portal);
        var client = api.Connect();
        var times = new List<double>();
        for (var number = 0; number < samples; number++)
        {
            var word = $"measured-{number}-{Guid.NewGuid():N}";
            var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            using var body = JsonContent.Create(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = word, ["namespace"] = pod[0] },
                ["involvedObject"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["namespace"] = pod[0], ["name"] = pod[1], ["uid"] = pod[2].Trim() },
                ["reason"] = "Measured",
                ["message"] = word,
                ["type"] = "Normal",
                ["count"] = 1,
                ["firstTimestamp"] = now,
                ["lastTimestamp"] = now,
            });
            var seen = page.WaitForFunctionAsync("word => document.querySelector('main').textContent.includes(word)", word, new() { Timeout = 20_000 });
            var started = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsync(new Uri(api.Root, $"/api/v1/namespaces/{pod[0]}/events"), body);
            answer.EnsureSuccessStatusCode();
            await seen;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            // Changes that follow each other at once share a render; each sample is to be one of its own.
            await Task.Delay(TimeSpan.FromMilliseconds(400));
        }

        times.Sort();
        return new("change in the cluster to pixels in the browser, p95 of 30", string.Create(CultureInfo.InvariantCulture, $"{times[(int)(samples * 0.95)]:0} ms (median {times[samples / 2]:0} ms)"), "at most 300 ms");
    }

    // Apps that want no instance: rows of the list without load on the node.
    private static async Task FillAsync(HttpClient rest)
    {
        for (var number = 0; number < ListedApps; number++)
        {
            using var made = await rest.PutAsJsonAsync($"/api/v1/teams/{Team}/projects/shop/environments/staging/apps/row-{number:000}", Declaration($"row-{number:000}", 1, 0));
            made.EnsureSuccessStatusCode();
        }

        await Eventually.Async("all rollouts over", () => rest.GetFromJsonAsync<JsonArray>($"/api/v1/teams/{Team}/projects/shop/environments/staging/apps"), apps => apps!.Count > ListedApps, Patience);
    }

    // Ten of a hundred rows change; what the circuit sends for it, the largest batch of those that come.
    private static async Task<Figure> UpdateAsync(PortalInstance portal, HttpClient rest, IPage page)
    {
        long largest = 0, current = 0;
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            var size = frame.Binary?.Length ?? 0;
            current += size;
            largest = Math.Max(largest, size);
        };
        await page.GotoAsync(new Uri(portal.Console, List).ToString());
        await LiveAsync(page);
        await Eventually.Async("quiet", () => Task.FromResult(current), now =>
        {
            var quiet = now == current;
            (current, largest) = (now, 0);
            return quiet;
        });
        await Task.Delay(TimeSpan.FromSeconds(5));
        largest = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
        {
            using var changed = await rest.PutAsJsonAsync($"/api/v1/teams/{Team}/projects/shop/environments/staging/apps/row-{number:000}/variables/CHANGED", new JsonObject { ["value"] = "now" });
            changed.EnsureSuccessStatusCode();
        }));
        await Task.Delay(TimeSpan.FromSeconds(5));
        return Bytes("10 % update of a list of 100 apps, largest batch", largest, "5 KB");
    }

    // Thirteen processes with a port each: 13 Deployments and Services, an Ingress, a ServiceAccount, configuration and secrets.
    private static async Task<Figure> PlanAsync(HttpClient rest)
    {
        var body = Declaration("many", 13, 1);
        var times = new List<double>();
        for (var number = 0; number < 11; number++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await rest.PostAsJsonAsync($"/api/v1/teams/{Team}/projects/shop/environments/staging/apps/many/plan", body);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return new("plan of an app of 30 objects, median of 11", string.Create(CultureInfo.InvariantCulture, $"{times[5]:0} ms (slowest {times[^1]:0} ms)"), "at most 300 ms");
    }

    private static JsonObject Declaration(string name, int processes, int replicas)
    {
        var all = new JsonObject();
        for (var number = 0; number < processes; number++)
            all[number == 0 ? "web" : $"part{number}"] = new JsonObject { ["port"] = 8080, ["replicas"] = replicas, ["size"] = "tiny" };
        return new JsonObject
        {
            ["apiVersion"] = "portal/v1",
            ["kind"] = "App",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["image"] = "localhost/portal/hello:1", ["processes"] = all, ["env"] = new JsonObject { ["GREETING"] = "hello" } },
        };
    }

    private static Figure Bytes(string name, long bytes, string target) => new(name, string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:0.0} KB"), "at most " + target);
}
