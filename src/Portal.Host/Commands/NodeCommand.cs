using System.CommandLine;
using Kube.Machinery.Client;
using Portal.Host.Composition;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal node</c>: what an operator does about nodes on the server's machine.</summary>
internal static class NodeCommand
{
    public static Command Create() => new("node", "Nodes of this instance.") { CreateToken() };

    private static Command CreateToken()
    {
        var data = CommonOptions.Data();
        var hours = new Option<int>("--hours") { Description = "How long the token may be used (default 1).", DefaultValueFactory = _ => 1 };
        var command = new Command("token", "Print a one-time token with which another machine joins: portal agent --server URL --token TOKEN.") { data, hours };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var directory = new DataDirectory(Path.GetFullPath(result.GetValue(data) ?? DataDirectory.DefaultRoot));
            if (!File.Exists(directory.AdminKubeconfig))
                throw new StartException($"{directory.AdminKubeconfig} does not exist. Run this on the server's machine after deploy/up, with the same --data.");
            if (result.GetValue(hours) is < 1 or > 720)
                throw new StartException("--hours must be from 1 to 720.");
            using var client = KubeClients.FromKubeconfig(directory.AdminKubeconfig);
            var pki = ClusterPki.LoadOrCreate(directory, TimeProvider.System);
            var token = await BootstrapTokens.CreateAsync(client, pki.Authority.PublicKeyHash, TimeSpan.FromHours(result.GetValue(hours)), TimeProvider.System, cancellationToken);
            Console.WriteLine(token);
            return 0;
        }));
        return command;
    }
}
