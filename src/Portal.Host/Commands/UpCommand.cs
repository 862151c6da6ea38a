using System.CommandLine;
using System.Globalization;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Host.Processes;

namespace Portal.Host.Commands;

/// <summary><c>portal up</c>: PostgreSQL, server and one node on this machine, what <c>deploy/up</c> runs.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var data = CommonOptions.Data();
        var portBase = CommonOptions.PortBase();
        var detach = new Option<bool>("--detach") { Description = "Return when Ready; the instance goes on in the background until `portal down`." };
        var progress = new Option<string?>("--progress-file") { Hidden = true };
        var withoutNode = new Option<bool>("--without-node") { Description = "Run no node on this machine: all join from elsewhere." };
        var command = new Command("up", "Start PostgreSQL, the server and one node on this machine.") { data, portBase, detach, withoutNode, progress };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            if (!Environment.IsPrivilegedProcess)
                throw new StartException("root is needed to run containers and PostgreSQL's private account. Run it as root, for instance: sudo deploy/up");
            var options = StartOptions.Read(result.GetValue(data), result.GetValue(portBase)) with { HasNode = !result.GetValue(withoutNode) };
            options.Data.Create();
            if (await ReportRunningAsync(options, cancellationToken))
                return 0;
            return result.GetValue(detach)
                ? await StartDetachedAsync(options, result.GetValue(portBase), cancellationToken)
                : await RunAsync(options, result.GetValue(progress), cancellationToken);
        }));
        return command;
    }

    // True when the same build already runs with the same ports: nothing to do but to tell. Another build is replaced.
    private static async Task<bool> ReportRunningAsync(StartOptions options, CancellationToken cancellationToken)
    {
        if (ProcessRunner.ReadLivePid(options.Data.PidFile("up"), options.Data.Root) is not { } running || running == Environment.ProcessId)
            return false;
        var executable = new FileInfo($"/proc/{running}/exe").LinkTarget;
        if (executable == Environment.ProcessPath && File.Exists(options.Data.ReadyMarker))
        {
            Console.WriteLine("already running");
            Console.WriteLine(await File.ReadAllTextAsync(options.Data.ReadyMarker, cancellationToken));
            return true;
        }

        Console.WriteLine("replacing the running server by this build; apps keep running");
        await Signals.StopAsync(running, TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken);
        return false;
    }

    private static async Task<int> StartDetachedAsync(StartOptions options, int? portBase, CancellationToken cancellationToken)
    {
        var progressFile = Path.Combine(options.Data.Run, "progress");
        var log = Path.Combine(options.Data.Log, "up.log");
        File.Delete(progressFile);
        File.Delete(options.Data.ReadyMarker);
        List<string> arguments = ["up", "--data", options.Data.Root, "--progress-file", progressFile];
        if (portBase is { } number)
            arguments.AddRange(["--port-base", number.ToString(CultureInfo.InvariantCulture)]);
        if (!options.HasNode)
            arguments.Add("--without-node");
        var logged = File.Exists(log) ? File.ReadLines(log).Count() : 0;
        var processId = ProcessRunner.StartDetached(Environment.ProcessPath!, arguments, log);
        var deadline = TimeProvider.System.GetUtcNow() + LongestStart;
        var shown = 0;
        while (true)
        {
            var alive = ProcessRunner.IsAlive(processId);
            var ready = File.Exists(options.Data.ReadyMarker);
            if (File.Exists(progressFile))
            {
                var lines = await File.ReadAllLinesAsync(progressFile, cancellationToken);
                foreach (var line in lines.Skip(shown))
                    Console.WriteLine(line);
                shown = lines.Length;
            }

            if (ready)
                return 0;
            if (!alive || TimeProvider.System.GetUtcNow() > deadline)
            {
                // The instance said in one sentence why; only without it does the log's end help.
                var sentence = File.Exists(log) ? (await File.ReadAllLinesAsync(log, cancellationToken)).Skip(logged).LastOrDefault(line => line.StartsWith("portal: ", StringComparison.Ordinal)) : null;
                if (sentence is not null)
                    throw new StartException(sentence["portal: ".Length..]);
                var tail = File.Exists(log) ? string.Join('\n', (await File.ReadAllLinesAsync(log, cancellationToken)).TakeLast(12)) : string.Empty;
                throw new StartException((alive ? "the instance is not Ready after three minutes" : "the instance ended before it was Ready") + $". The end of {log}:\n{tail}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    private static async Task<int> RunAsync(StartOptions options, string? progressFile, CancellationToken cancellationToken)
    {
        options.Ports.RequireFree();
        await using var instance = new RunningInstance(options, TimeProvider.System);
        await File.WriteAllTextAsync(options.Data.PidFile("up"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
        try
        {
            await instance.StartAsync(progressFile, cancellationToken);
            await instance.WaitAsync(cancellationToken);
        }
        finally
        {
            File.Delete(options.Data.ReadyMarker);
            await instance.StopAsync();
            File.Delete(options.Data.PidFile("up"));
        }

        return 0;
    }
}
