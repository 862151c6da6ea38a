using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Testing;

namespace Benchmarks.Instance;

/// <summary>
/// The figures of the API server, measured on a whole instance over TLS from the same machine: creates beside etcd, updates, gets, one tenant's flood, watches, memory, a short soak, a second
/// server process and its take-over. Arguments: <c>writes</c> for creates, updates and gets alone; <c>memory</c> for memory alone; <c>soak=SECONDS</c> (60).
/// </summary>
internal static class ApiBenchmark
{
    private const string Path = "/api/v1/namespaces/bench/configmaps";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var soak = arguments.FirstOrDefault(a => a.StartsWith("soak=", StringComparison.Ordinal)) is { } text ? int.Parse(text[5..], CultureInfo.InvariantCulture) : 60;
        var figures = new List<Figure>();
        await using var portal = new PortalInstance("bench-api");
        await portal.StartAsync();
        await portal.KubectlOkAsync("create", "namespace", "bench");
        using var api = new ApiClients(portal);
        if (arguments.Contains("memory"))
        {
            await Report(figures, await PodsAsync(portal, api));
            await Report(figures, await ObjectsAsync(portal, api));
            return figures;
        }

        if (!arguments.Contains("writes")) await Report(figures, await EtcdPuts.RunAsync());
        await Report(figures, [.. await ApiCreates.RunAsync(portal, api)]);
        await Report(figures, await UpdatesAsync(api), await GetsAsync(api));
        if (arguments.Contains("writes")) return figures;
        await Report(figures, await ApiFlood.RunAsync(portal, api));
        await Report(figures, [.. await ApiWatches.ManyAsync(api)]);
        await Report(figures, await SoakAsync(portal, api, soak));
        await Report(figures, await ApiWatches.IdleAsync(api, () => Memory(portal)));
        await Report(figures, await PodsAsync(portal, api), await ObjectsAsync(portal, api));
        await Report(figures, [.. await SecondServerAsync(portal, api)]);
        return figures;
    }

    // A run takes minutes: what is known is shown at once.
    private static async Task Report(List<Figure> figures, params Figure[] found)
    {
        figures.AddRange(found);
        foreach (var figure in found) await Console.Error.WriteLineAsync($"{figure.Name}: {figure.Value}");
    }

    private static async Task<Figure> UpdatesAsync(ApiClients api)
    {
        var versions = new string[20];
        var (rate, times) = await api.LoopAsync(20, Length, async (http, client, number) =>
        {
            var name = "updated-" + client.ToString(CultureInfo.InvariantCulture);
            using var content = ApiClients.Json(ApiClients.ConfigMap(name, versions[client] ?? "", number));
            using var response = number == 0 ? await http.PostAsync(Path, content) : await http.PutAsync($"{Path}/{name}", content);
            response.EnsureSuccessStatusCode();
            versions[client] = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["metadata"]!["resourceVersion"]!;
        });
        return Rate("compare-and-swap updates, 20 clients", rate, times, "at least 4000/s");
    }

    private static async Task<Figure> GetsAsync(ApiClients api)
    {
        var (rate, times) = await api.LoopAsync(20, Length, async (http, client, _) =>
        {
            using var response = await http.GetAsync($"{Path}/updated-{client}");
            response.EnsureSuccessStatusCode();
        });
        return Rate("gets, 20 clients", rate, times, "at least 10000/s");
    }

    private static async Task<Figure> SoakAsync(PortalInstance portal, ApiClients api, int seconds)
    {
        var sizes = new List<(double Memory, long Log, long Head)>();
        var clock = Stopwatch.StartNew();
        var client = api.Connect();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        long sent = 0, failed = 0;
        var pending = new List<Task>();
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            await timer.WaitForNextTickAsync();
            while (sent < clock.Elapsed.TotalSeconds * 500)
            {
                // 1,000 objects that come and go: a create, and a delete of the one before.
                var n = sent++;
                pending.Add(Task.Run(async () =>
                {
                    var name = "soak-" + (n / 2).ToString(CultureInfo.InvariantCulture);
                    using var content = ApiClients.Json(ApiClients.ConfigMap(name));
                    using var response = n % 2 == 0 ? await client.PostAsync(Path, content) : await client.DeleteAsync($"{Path}/soak-{Math.Max(0, n / 2 - 1000)}");
                    if (!response.IsSuccessStatusCode && n > 2500) Interlocked.Increment(ref failed);
                }));
            }

            pending.RemoveAll(task => task.IsCompleted);
            if (clock.Elapsed.TotalSeconds > seconds * (sizes.Count + 1) / 6.0) sizes.Add(await SizesAsync(portal));
        }

        await Task.WhenAll(pending);
        sizes.Add(await SizesAsync(portal));
        var text = string.Join("; ", sizes.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Memory:0}/{s.Log >> 20}/{s.Head >> 20}")));
        return new Figure($"soak, 500 writes/s for {seconds} s: memory/log/head in MB", $"{text}; {sent} sent, {failed} failed", "flat");
    }

    private static async Task<Figure> ObjectsAsync(PortalInstance portal, ApiClients api)
    {
        var (_, present) = await CountAsync(portal);
        await api.FillAsync(Path, (int)Math.Max(0, 51_000 - present), n => ApiClients.ConfigMap("filled-" + n.ToString(CultureInfo.InvariantCulture)));
        await Task.Delay(TimeSpan.FromSeconds(20));
        var (_, count) = await CountAsync(portal);
        return Megabytes(string.Create(CultureInfo.InvariantCulture, $"memory of the whole server process with {count} objects"), Memory(portal), "at most 600 MB");
    }

    private static async Task<Figure> PodsAsync(PortalInstance portal, ApiClients api)
    {
        const int pods = 16_000, atOnce = 2000;
        await portal.KubectlOkAsync("create", "namespace", "pods");
        for (var done = 0; done < pods; done += atOnce)
        {
            var first = done;
            await api.FillAsync("/api/v1/namespaces/pods/pods", atOnce, n => $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p{{first + n}}"},"spec":{"schedulerName":"nobody","terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"localhost/none:1"}]} }""");
            using var response = await api.Connect().DeleteAsync("/api/v1/namespaces/pods/pods?gracePeriodSeconds=0");
            response.EnsureSuccessStatusCode();
        }

        await Task.Delay(TimeSpan.FromSeconds(20));
        return Megabytes("memory after 16,000 pods came and went", Memory(portal), "at most 500 MB");
    }

    private static async Task<IEnumerable<Figure>> SecondServerAsync(PortalInstance portal, ApiClients api)
    {
        var port = portal.PortBase + 2000;
        var start = new ProcessStartInfo(portal.Executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["server", "--data", portal.Data, "--port", port.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        using var server = Process.Start(start)!;
        _ = server.StandardError.BaseStream.CopyToAsync(Stream.Null);
        while (await server.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("serving ", StringComparison.Ordinal))
        {
            // Not yet.
        }

        _ = server.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        try
        {
            using var other = new ApiClients(portal) { Root = new Uri($"https://127.0.0.1:{port}") };
            var across = await ApiWatches.AcrossAsync(api, other);
            var http = other.Connect();
            using (var warm = await http.PostAsync(Path, ApiClients.Json(ApiClients.ConfigMap("forwarded")))) warm.EnsureSuccessStatusCode();
            var clock = Stopwatch.StartNew();
            await portal.KillServerAsync();
            for (var n = 0; ; n++)
            {
                using var response = await http.PostAsync(Path, ApiClients.Json(ApiClients.ConfigMap("taken-over-" + n.ToString(CultureInfo.InvariantCulture))));
                if (response.IsSuccessStatusCode) break;
            }

            return [across, new Figure("leader killed to writes accepted by the other process", string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.00} s"), "at most 3 s")];
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static double Memory(PortalInstance portal)
    {
        var line = File.ReadLines($"/proc/{File.ReadAllText(System.IO.Path.Combine(portal.Data, "run/up.pid")).Trim()}/status").First(text => text.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }

    private static async Task<(double Memory, long Log, long Head)> SizesAsync(PortalInstance portal)
    {
        var (log, head) = await AskAsync(portal, "SELECT coalesce(sum(pg_total_relation_size(format('kube.%I', name)::regclass)), 0)::bigint, pg_total_relation_size('kube.head') FROM kube.log_partition");
        return (Memory(portal), log, head);
    }

    private static Task<(long Revision, long Objects)> CountAsync(PortalInstance portal) => AskAsync(portal, "SELECT (SELECT revision FROM kube.leader), (SELECT count(*) FROM kube.head)");

    private static async Task<(long First, long Second)> AskAsync(PortalInstance portal, string sql)
    {
        await using var connection = new NpgsqlConnection($"Host={portal.Data}/postgres/run;Username=kube_store;Database=kube;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static Figure Rate(string name, double rate, double[] times, string target) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{rate:0}/s, p50 {ApiClients.At(times, 0.5)}, p99 {ApiClients.At(times, 0.99)}"), target);

    private static Figure Megabytes(string name, double value, string target) => new(name, string.Create(CultureInfo.InvariantCulture, $"{value:0} MB"), target);
}
