using System.CommandLine;
using System.Globalization;
using Portal.Host.Composition;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal server</c>: one more API server process for an instance that runs, which takes over when the first one dies.</summary>
internal static class ServerCommand
{
    /// <summary>What the name of such a process's pid file begins with.</summary>
    public const string PidPrefix = "server-";

    public static Command Create()
    {
        var data = CommonOptions.Data();
        var port = new Option<int>("--port") { Description = "Port of its Kubernetes API.", Required = true };
        var command = new Command("server", "Join a running instance as one more API server process.") { data, port };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            if (!Environment.IsPrivilegedProcess)
                throw new StartException("root is needed to reach PostgreSQL's private socket. Run it as root.");
            var number = result.GetValue(port);
            if (number is < 1 or > 65535)
                throw new StartException("--port must be from 1 to 65535.");
            var read = StartOptions.Read(result.GetValue(data), null);
            var options = read with { Ports = read.Ports with { Kubernetes = number } };
            Ports.RequireFree(number, "Kubernetes API");
            var pidFile = options.Data.PidFile(PidPrefix + number.ToString(CultureInfo.InvariantCulture));
            await using var server = new RunningServer(options, TimeProvider.System);
            try
            {
                await server.StartAsync(cancellationToken);
                await File.WriteAllTextAsync(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
                Console.WriteLine($"serving {options.KubernetesUrl}");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                await server.StopAsync();
                File.Delete(pidFile);
            }

            return 0;
        }));
        return command;
    }
}
