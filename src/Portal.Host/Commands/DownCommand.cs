using System.CommandLine;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Host.Postgres;
using Portal.Host.Processes;

namespace Portal.Host.Commands;

/// <summary><c>portal down</c>: stops the server, the node with its pods, and PostgreSQL.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var purge = new Option<bool>("--purge") { Description = "Also give back what the instance holds on this machine; deploy/down then removes the data directory." };
        var command = new Command("down", "Stop the instance: server, node with its pods, PostgreSQL.") { data, purge };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var directory = new DataDirectory(Path.GetFullPath(result.GetValue(data) ?? DataDirectory.DefaultRoot));
            var time = TimeProvider.System;
            var patience = TimeSpan.FromSeconds(40);
            if (ProcessRunner.ReadLivePid(directory.PidFile("up"), directory.Root) is { } server)
            {
                Console.WriteLine("stopping the server");
                await Signals.StopAsync(server, patience, time, cancellationToken);
            }

            foreach (var pidFile in Directory.Exists(directory.Run) ? Directory.GetFiles(directory.Run, ServerCommand.PidPrefix + "*.pid") : [])
            {
                if (ProcessRunner.ReadLivePid(pidFile, "server") is { } further)
                    await Signals.StopAsync(further, patience, time, cancellationToken);
            }

            if (ProcessRunner.ReadLivePid(directory.PidFile("agent"), directory.Agent) is { } agent)
                await Signals.StopAsync(agent, patience, time, cancellationToken);
            if (File.Exists(directory.InstanceFile))
            {
                Console.WriteLine("stopping the node and its pods");
                await NodeTearDown.RunAsync(directory.Agent, cancellationToken);
            }

            var postgres = new PostgresCluster(directory, time);
            if (postgres.RunningProcessId() is not null)
            {
                Console.WriteLine("stopping PostgreSQL");
                await postgres.StopAsync(cancellationToken);
            }

            File.Delete(directory.ReadyMarker);
            if (result.GetValue(purge) && File.Exists(directory.InstanceFile))
                InstanceSettings.LoadOrCreate(directory).Release();
            Console.WriteLine("stopped");
            return 0;
        }));
        return command;
    }
}
