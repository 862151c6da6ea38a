using System.Diagnostics;
using System.Globalization;

namespace Simulation.Tests;

/// <summary>Runs the simulator in processes of its own, whose thread pools have one thread, and reads what they say.</summary>
internal static class SimulatorProcess
{
    private const int Largest = 50;

    /// <summary>Runs seeds, as many processes at a time as there are cores.</summary>
    /// <returns>Of each seed its line and what it found.</returns>
    public static async Task<IReadOnlyDictionary<int, Outcome>> RunAsync(IReadOnlyList<int> seeds)
    {
        var cores = Environment.ProcessorCount;
        var chunk = Math.Clamp((seeds.Count + cores - 1) / cores, 1, Largest);
        var outcomes = new Dictionary<int, Outcome>();
        await Parallel.ForEachAsync(seeds.Chunk(chunk), new ParallelOptions { MaxDegreeOfParallelism = cores }, async (part, token) =>
        {
            // One that hangs ends its process; the others of its part are run by another.
            for (var rest = part; rest.Length > 0;)
            {
                var found = await RunPartAsync(rest, token);
                if (found.Count == 0)
                {
                    found[rest[0]] = new Outcome(false, "", "The simulator ended without a word.");
                }

                lock (outcomes)
                {
                    foreach (var (seed, outcome) in found)
                    {
                        outcomes[seed] = outcome;
                    }
                }

                rest = [.. rest.Where(seed => !found.ContainsKey(seed))];
            }
        });
        return outcomes;
    }

    private static async Task<Dictionary<int, Outcome>> RunPartAsync(int[] seeds, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add("simulate");
        start.ArgumentList.Add(string.Join(',', seeds));
        foreach (var (name, value) in Simulator.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var found = new Dictionary<int, Outcome>();
        (int Seed, bool Kept, string Hash, List<string> Lines)? current = null;

        // seed 7 ok 0123456789abcdef 2915 lines, ...   or   seed 7 FAILED ..., and lines with four blanks before them
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("seed ", StringComparison.Ordinal))
            {
                Keep();
                var words = line.Split(' ');
                current = (int.Parse(words[1], CultureInfo.InvariantCulture), words[2] == "ok", words[3], [line]);
            }
            else
            {
                current?.Lines.Add(line);
            }
        }

        Keep();
        await process.WaitForExitAsync(cancellationToken);
        return found;

        void Keep()
        {
            if (current is { } c)
            {
                found[c.Seed] = new Outcome(c.Kept, c.Hash, string.Join('\n', c.Lines));
            }
        }
    }
}
