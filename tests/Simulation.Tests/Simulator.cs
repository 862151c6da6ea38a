using System.Diagnostics;
using System.Globalization;
using Kube.Machinery.Certificates;
using Simulation.Tests.Engine;
using Simulation.Tests.Plane;
using Simulation.Tests.Workload;

namespace Simulation.Tests;

/// <summary>Runs seeds one after another in a process whose thread pool has one thread.</summary>
internal static class Simulator
{
    /// <summary>What the process must be started with.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1",
        ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1",
    };

    /// <summary>So much work without any progress of the simulated clock is a loop without end. Work, not time: the machine may have much else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs seeds and writes a line for each: <c>seed 7 ok 0123456789abcdef ...</c>, or <c>seed 7 FAILED ...</c> with what it found in the lines behind it.</summary>
    /// <returns>The exit code: 0 when all kept every promise.</returns>
    public static int Run(IReadOnlyList<int> seeds, bool trace)
    {
        var keys = Directory.CreateTempSubdirectory("portal-simulation").FullName;
        try
        {
            var authority = CertificateAuthority.Create("simulation", TimeProvider.System);
            File.WriteAllText(Path.Combine(keys, "ca.crt"), authority.CertificatePem);
            File.WriteAllText(Path.Combine(keys, "ca.key"), authority.PrivateKeyPem);
            var failed = false;
            foreach (var seed in seeds)
            {
                failed |= !RunOne(seed, keys, trace);
            }

            return failed ? 1 : 0;
        }
        finally
        {
            Directory.Delete(keys, recursive: true);
        }
    }

    private static bool RunOne(int seed, string keys, bool trace)
    {
        var clock = Stopwatch.StartNew();
        World? world = null;
        var run = Task.Run(async () =>
        {
            world = new World(seed, keys, trace ? Console.Out : null);
            await new Driver(world.Time).RunAsync(() => new Scenario(world).RunAsync());
        });
        try
        {
            if (Hangs(run, () => world?.Time.Elapsed))
            {
                Console.WriteLine($"seed {seed} FAILED hangs\n    stuck at {world?.Time.Elapsed}");
                Console.Out.Flush();
                // Its thread is the only one there is: nothing else can run in this process any more.
                System.Environment.Exit(1);
            }
        }
        catch (AggregateException e)
        {
            world!.Findings.Add("the simulation", e.InnerException!.ToString());
        }

        var found = world!.Findings.All;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} {(found.Count == 0 ? "ok" : "FAILED")} {world.Trace.Hash} {world.Trace.Count} lines, {world.Time.Elapsed.TotalSeconds:0} s in {clock.Elapsed.TotalSeconds:0.0} s"));
        foreach (var finding in found)
        {
            Console.WriteLine("    " + finding.ReplaceLineEndings("\n    "));
        }

        Console.Out.Flush();
        return found.Count == 0;
    }

    private static bool Hangs(Task run, Func<TimeSpan?> clock)
    {
        var (at, worked) = (clock(), Worked());
        while (!run.Wait(TimeSpan.FromSeconds(2)))
        {
            if (clock() != at)
            {
                (at, worked) = (clock(), Worked());
            }
            else if (Worked() - worked > Patience)
            {
                return true;
            }
        }

        return false;
    }

    private static TimeSpan Worked()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
