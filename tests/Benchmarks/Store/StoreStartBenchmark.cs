using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.Store;

/// <summary>How fast a store with 100,000 objects of 1 KB opens again, and lists a page and everything.</summary>
internal static class StoreStartBenchmark
{
    private const int Objects = 100_000;

    /// <summary>Runs it.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        await using var store = await BenchmarkStore.CreateAsync();
        var random = new Random(1);
        for (var n = 0; n < Objects;)
        {
            var batch = Enumerable.Range(n, 2000).Select(i => store.Store.WriteAsync(BenchmarkStore.Create("bench", BenchmarkStore.Name(0, i), random), CancellationToken.None).AsTask());
            await Task.WhenAll(batch.ToList());
            n += 2000;
        }

        var clock = Stopwatch.StartNew();
        await store.ReopenAsync();
        var open = clock.Elapsed;

        clock.Restart();
        for (var i = 0; i < 100; i++) _ = store.Store.List("configmaps", "bench", 0, ("bench", BenchmarkStore.Name(0, 50_000 + i))).Items.Take(500).Sum(o => o.Json.Length);
        var page = clock.Elapsed / 100;

        clock.Restart();
        var bytes = store.Store.List("configmaps", null).Items.Sum(o => (long)o.Json.Length);
        var all = clock.Elapsed;
        if (bytes < Objects * 900L) throw new InvalidOperationException("The list lost objects.");

        string Milliseconds(TimeSpan t) => t.TotalMilliseconds.ToString("0.000 ms", CultureInfo.InvariantCulture);
        return
        [
            new("store: restart with 100,000 objects of 1 KB", Milliseconds(open), "<= 2000 ms"),
            new("store: page of 500 from the middle of 100,000", Milliseconds(page), ""),
            new("store: walk over 100,000 objects", Milliseconds(all), ""),
        ];
    }
}
