using Benchmarks;
using Benchmarks.Healing;
using Benchmarks.Instance;
using Benchmarks.Lists;
using Benchmarks.Pages;
using Benchmarks.Plane;
using Benchmarks.Scheduler;
using Benchmarks.Store;

// benchmarks NAME [ARGUMENT...]: runs one benchmark and prints its figures as rows of a Markdown table.
var benchmarks = new SortedDictionary<string, Func<string[], Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["api"] = ApiBenchmark.RunAsync,
    ["healing"] = HealingBenchmark.RunAsync,
    ["console"] = ConsoleBenchmark.RunAsync,
    ["instance"] = InstanceBenchmark.RunAsync,
    ["lists"] = ListBenchmark.RunAsync,
    ["plane"] = PlaneBenchmark.RunAsync,
    ["scheduler"] = SchedulerBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
    ["store-start"] = StoreStartBenchmark.RunAsync,
};

// "all" runs each in turn, as tests/run bench does.
var chosen = args is ["all"] ? [.. benchmarks.Keys] : args.Take(1).Where(benchmarks.ContainsKey).ToArray();
if (chosen.Length == 0)
{
    await Console.Error.WriteLineAsync("usage: benchmarks all|" + string.Join('|', benchmarks.Keys));
    return 2;
}

Console.WriteLine("| figure | value | target |");
Console.WriteLine("| --- | --- | --- |");
foreach (var name in chosen)
{
    foreach (var figure in await benchmarks[name](args[1..]))
        Console.WriteLine($"| {figure.Name} | {figure.Value} | {figure.Target} |");
}

return 0;
