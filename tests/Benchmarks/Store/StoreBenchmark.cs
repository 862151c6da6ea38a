using System.Diagnostics;
using System.Globalization;
using Kube.ApiServer.Storage;

namespace Benchmarks.Store;

/// <summary>Durable creates of 1 KB objects straight on the store: closed loop at 1, 20, 100 and 200 clients.</summary>
internal static class StoreBenchmark
{
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var figures = new List<Figure>();
        foreach (var clients in (int[])[1, 20, 100, 200])
        {
            await using var store = await BenchmarkStore.CreateAsync();
            figures.AddRange(await CreatesAsync(store.Store, clients));
        }

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> CreatesAsync(ObjectStore store, int clients)
    {
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            var mine = new List<double>();
            for (var n = 0; clock.Elapsed < Warmup + Measured; n++)
            {
                var write = BenchmarkStore.Create("bench", BenchmarkStore.Name(client, n), random);
                var began = clock.Elapsed;
                var result = await store.WriteAsync(write, CancellationToken.None);
                if (result.Outcome != WriteOutcome.Committed) throw new InvalidOperationException("A create was not committed: " + result.Outcome);
                if (began > Warmup) mine.Add((clock.Elapsed - began).TotalMilliseconds);
            }

            return mine;
        })));

        var all = latencies.SelectMany(l => l).Order().ToList();
        string Percentile(double p) => all[Math.Min(all.Count - 1, (int)(all.Count * p))].ToString("0.0 ms", CultureInfo.InvariantCulture);
        var rate = all.Count / Measured.TotalSeconds;
        return
        [
            new($"store: durable creates of 1 KB, {clients} clients", rate.ToString("0/s", CultureInfo.InvariantCulture), clients == 100 ? ">= 8000/s" : ""),
            new($"store: latency p50, p99, max, {clients} clients", $"{Percentile(0.5)}, {Percentile(0.99)}, {Percentile(1)}", ""),
        ];
    }
}
