using Benchmarks;
using Benchmarks.Scheduler;
using Benchmarks.Store;

// benchmarks NAME [ARGUMENT...]: runs one benchmark and prints its figures as rows of a Markdown table.
var benchmarks = new SortedDictionary<string, Func<string[], Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["scheduler"] = SchedulerBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
    ["store-start"] = StoreStartBenchmark.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    await Console.Error.WriteLineAsync("usage: benchmarks " + string.Join('|', benchmarks.Keys));
    return 2;
}

Console.WriteLine("| figure | value | target |");
Console.WriteLine("| --- | --- | --- |");
foreach (var figure in await run(args[1..])) Console.WriteLine($"| {figure.Name} | {figure.Value} | {figure.Target} |");
return 0;
