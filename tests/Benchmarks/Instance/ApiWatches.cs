using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Benchmarks.Instance;

/// <summary>Watches under load: 25 on connections of their own while 50 writers make 10,000 changes, and one on another server process.</summary>
internal static class ApiWatches
{
    private const string Path = "/api/v1/namespaces/bench/configmaps";

    /// <summary>The lag from a write's answer to its event at 25 watchers.</summary>
    public static async Task<IEnumerable<Figure>> ManyAsync(ApiClients api)
    {
        const int watchers = 25, writers = 50, changes = 10_000;
        var acknowledged = new ConcurrentDictionary<string, long>();
        var arrivals = Enumerable.Range(0, watchers).Select(_ => new List<(string Name, long At, long Revision)>(changes)).ToArray();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var from = await RevisionAsync(api);
        var watching = arrivals.Select(mine => FollowAsync(api.Connect(), from, mine, changes, stop.Token)).ToArray();
        await Task.Delay(500);
        var next = -1;
        var connections = Enumerable.Range(0, 3).Select(_ => api.Connect()).ToArray();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var n = Interlocked.Increment(ref next); n < changes; n = Interlocked.Increment(ref next))
            {
                var name = "watched-" + n.ToString(CultureInfo.InvariantCulture);
                using var content = ApiClients.Json(ApiClients.ConfigMap(name));
                using var response = await connections[writer % 3].PostAsync(Path, content);
                response.EnsureSuccessStatusCode();
                acknowledged[name] = Stopwatch.GetTimestamp();
            }
        })));
        var rate = changes / clock.Elapsed.TotalSeconds;
        await Task.WhenAll(watching);
        var delivered = arrivals.Sum(mine => mine.Select(a => a.Name).Distinct().Count());
        var ordered = arrivals.All(mine => mine.Zip(mine.Skip(1)).All(pair => pair.First.Revision < pair.Second.Revision));
        return
        [
            new Figure("watch: 25 watchers, 10,000 changes, 50 writers", string.Create(CultureInfo.InvariantCulture, $"{100.0 * delivered / (watchers * changes):0.0} % delivered{(ordered ? " in order" : ", OUT OF ORDER")}, {rate:0} writes/s, lag p50 {ApiClients.At(Lags(arrivals, acknowledged), 0.5)}, p99 {ApiClients.At(Lags(arrivals, acknowledged), 0.99)}"), "100 %, at least 3000/s, p99 at most 50 ms"),
        ];
    }

    /// <summary>The lag from a write's answer at the leader to its event at another server process, at 200 writes a second.</summary>
    public static async Task<Figure> AcrossAsync(ApiClients leader, ApiClients follower)
    {
        const int changes = 2000;
        var acknowledged = new ConcurrentDictionary<string, long>();
        var arrivals = new List<(string Name, long At, long Revision)>();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var watching = FollowAsync(follower.Connect(), await RevisionAsync(follower), arrivals, changes, stop.Token);
        await Task.Delay(500);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var client = leader.Connect();
        var pending = new List<Task>();
        for (var n = 0; n < changes; n++)
        {
            await timer.WaitForNextTickAsync();
            var name = "across-" + n.ToString(CultureInfo.InvariantCulture);
            pending.Add(Task.Run(async () =>
            {
                using var content = ApiClients.Json(ApiClients.ConfigMap(name));
                using var response = await client.PostAsync(Path, content);
                response.EnsureSuccessStatusCode();
                acknowledged[name] = Stopwatch.GetTimestamp();
            }));
        }

        await Task.WhenAll(pending);
        await watching;
        var lags = Lags([arrivals], acknowledged);
        return new Figure("change to another server process's watcher, 200 writes/s", $"p50 {ApiClients.At(lags, 0.5)}, p99 {ApiClients.At(lags, 0.99)}, {arrivals.Count} of {changes}", "p99 at most 25 ms");
    }

    /// <summary>What 10,000 idle watches cost the server.</summary>
    public static async Task<Figure> IdleAsync(ApiClients api, Func<double> memory)
    {
        const int watches = 10_000, aConnection = 500;
        var before = memory();
        var responses = new List<HttpResponseMessage>();
        for (var i = 0; i < watches; i += aConnection)
        {
            var client = api.Connect();
            responses.AddRange(await Task.WhenAll(Enumerable.Range(0, aConnection).Select(_ => client.GetAsync("/api/v1/namespaces/idle/configmaps?watch=true&resourceVersion=0", HttpCompletionOption.ResponseHeadersRead))));
        }

        var open = responses.Count(response => response.IsSuccessStatusCode);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var after = memory();
        foreach (var response in responses) response.Dispose();
        return new Figure("10,000 idle watches", string.Create(CultureInfo.InvariantCulture, $"{after - before:0} MB more, {open} open"), "at most 200 MB more");
    }

    private static async Task<string> RevisionAsync(ApiClients api)
    {
        var list = await api.Connect().GetStringAsync(Path + "?limit=1");
        return (string)JsonNode.Parse(list)!["metadata"]!["resourceVersion"]!;
    }

    private static async Task FollowAsync(HttpClient client, string from, List<(string Name, long At, long Revision)> arrivals, int count, CancellationToken stop)
    {
        try
        {
            using var response = await client.GetAsync($"{Path}?watch=true&resourceVersion={from}", HttpCompletionOption.ResponseHeadersRead, stop);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (arrivals.Count < count && await reader.ReadLineAsync(stop) is { } line)
                arrivals.Add((Between(line, "\"name\":\""), Stopwatch.GetTimestamp(), long.Parse(Between(line, "\"resourceVersion\":\""), CultureInfo.InvariantCulture)));
        }
        catch (OperationCanceledException)
        {
            // What has not come by now is missing, and the figure says so.
        }
    }

    private static string Between(string line, string key)
    {
        var start = line.IndexOf(key, StringComparison.Ordinal) + key.Length;
        return line[start..line.IndexOf('"', start)];
    }

    // An event may arrive before its writer has read the answer: that is no lag.
    private static double[] Lags(IEnumerable<List<(string Name, long At, long Revision)>> arrivals, ConcurrentDictionary<string, long> acknowledged) =>
        [.. arrivals.SelectMany(mine => mine).Where(a => acknowledged.ContainsKey(a.Name)).Select(a => Math.Max(0, Stopwatch.GetElapsedTime(acknowledged[a.Name], a.At).TotalMilliseconds)).Order()];
}
