using System.CommandLine;
using Portal.Host.Composition;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal agent</c>: makes this machine (or network namespace) a node of a Portal server.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var server = new Option<string?>("--server") { Description = "The server's Kubernetes API, https://ADDRESS:6443; several servers with commas between: the agent moves to another when its own is gone." };
        var token = new Option<string?>("--token") { Description = "The one-time token of `portal node token`; needed the first time." };
        var data = new Option<string>("--data") { Description = "The agent's data directory (default /var/lib/portal-agent).", DefaultValueFactory = _ => "/var/lib/portal-agent" };
        var name = new Option<string>("--name") { Description = "The node's name (default: the host name).", DefaultValueFactory = _ => LocalAgent.NodeName };
        var address = new Option<string?>("--node-ip") { Description = "The address by which other nodes reach this one (default: the first of this machine)." };
        var joinOnly = new Option<bool>("--join-only") { Description = "Join and end, without running the node." };
        var tearDown = new Option<bool>("--tear-down") { Description = "Stop the node's pods and containerd, and give back what it holds in the kernel." };
        var command = new Command("agent", "Run a node.") { server, token, data, name, address, joinOnly, tearDown };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            if (!Environment.IsPrivilegedProcess)
                throw new StartException("root is needed to run containers. Run it as root.");
            var directory = Path.GetFullPath(result.GetValue(data)!);
            if (result.GetValue(tearDown))
            {
                await NodeTearDown.RunAsync(directory, cancellationToken);
                return 0;
            }

            var nodeAddress = result.GetValue(address) ?? ClusterPki.LocalAddresses().FirstOrDefault() ?? throw new StartException("this machine has no IPv4 address besides loopback; give one with --node-ip.");
            var servers = (result.GetValue(server) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (servers.Length == 0)
                throw new StartException("--server is missing: give the server's Kubernetes API, https://ADDRESS:6443.");
            if (servers.FirstOrDefault(s => !Uri.TryCreate(s, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps) is { } wrong)
                throw new StartException($"--server: '{wrong}' is not an https address; give https://ADDRESS:6443.");
            var settings = new AgentSettings(
                servers,
                result.GetValue(token),
                directory,
                result.GetValue(name)!,
                nodeAddress);
            await AgentHost.RunAsync(settings, result.GetValue(joinOnly), cancellationToken);
            return 0;
        }));
        return command;
    }
}
