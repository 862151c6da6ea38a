using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Testing;

/// <summary>
/// A second node on this machine: a network namespace with a cable 10.250.N.1/30 (machine) - 10.250.N.2/30 (node). The node reaches the machine's own addresses
/// (so an API server listening there) and nothing beyond: it has no default route. The machine reaches the node's pods by a route that goes with the cable.
/// The pod and service ranges are unreachable on the node before it has any route, and the node's pod range is unreachable on the machine before it leads to the node.
/// </summary>
public sealed class NodeNamespace : IAsyncDisposable
{
    private const string WorstMetric = "4294967295";

    private readonly List<string> _backed = [];

    private NodeNamespace(NetworkNamespace network, int number, string nodeEnd, string machineEnd)
    {
        NodeInterface = nodeEnd;
        Network = network;
        MachineAddress = $"10.250.{number}.1";
        NodeAddress = $"10.250.{number}.2";
        MachineInterface = machineEnd;
    }

    /// <summary>The node's namespace.</summary>
    public NetworkNamespace Network { get; }

    /// <summary>The machine's address as the node sees it.</summary>
    public string MachineAddress { get; }

    /// <summary>The node's address: its InternalIP.</summary>
    public string NodeAddress { get; }

    /// <summary>The cable's end in the node.</summary>
    public string NodeInterface { get; }

    /// <summary>The cable's end on the machine.</summary>
    public string MachineInterface { get; }

    /// <summary>Makes the node.</summary>
    /// <param name="purpose">A short word for whoever looks at `ip netns`.</param>
    /// <param name="ranges">The cluster's pod and service CIDRs.</param>
    public static async Task<NodeNamespace> CreateAsync(string purpose, params string[] ranges)
    {
        var network = await NetworkNamespace.CreateAsync(purpose);
        try
        {
            foreach (var range in ranges)
                await network.RunAsync("ip", "-4", "route", "replace", "unreachable", range, "metric", WorstMetric);
            for (var number = 1 + (Environment.ProcessId % 200); ; number++)
            {
                if (number > 254)
                    throw new InvalidOperationException("No free network 10.250.N.0/30 is left on this machine.");
                if (Taken(number))
                    continue;
                var (inNode, onMachine) = await network.ConnectAsync(
                    NetworkNamespace.Machine, string.Create(CultureInfo.InvariantCulture, $"10.250.{number}.2/30"), string.Create(CultureInfo.InvariantCulture, $"10.250.{number}.1/30"));
                var node = new NodeNamespace(network, number, inNode, onMachine);
                foreach (var address in MachineAddresses().Where(address => address != node.MachineAddress))
                    await network.RunAsync("ip", "route", "replace", $"{address}/32", "via", node.MachineAddress, "dev", inNode);
                return node;
            }
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leads the machine to the node's pods. An agent of the same cluster on the machine does this itself; without one the test must.</summary>
    public async Task RoutePodsAsync(string podCidr)
    {
        await NetworkNamespace.Machine.RunAsync("ip", "-4", "route", "replace", "unreachable", podCidr, "metric", WorstMetric);
        _backed.Add(podCidr);
        await NetworkNamespace.Machine.RunAsync("ip", "-4", "route", "replace", podCidr, "via", NodeAddress, "dev", MachineInterface);
    }

    /// <summary>Lets nothing through the cable any more, without a word to either side. What goes on inside the node goes on.</summary>
    /// <param name="inbound">Whether what comes to the node is lost.</param>
    /// <param name="outbound">Whether what leaves it is lost.</param>
    public async Task CutAsync(bool inbound = true, bool outbound = true)
    {
        await Network.RunAsync("nft", "add table inet cut");
        foreach (var (hook, word, lost) in new[] { ("input", "iifname", inbound), ("prerouting", "iifname", inbound), ("output", "oifname", outbound), ("postrouting", "oifname", outbound) })
        {
            if (!lost)
                continue;
            await Network.RunAsync("nft", $"add chain inet cut {hook} {{ type filter hook {hook} priority -400; }}");
            await Network.RunAsync("nft", $"add rule inet cut {hook} {word} \"{NodeInterface}\" drop");
        }
    }

    /// <summary>Mends what <see cref="CutAsync"/> has cut.</summary>
    public Task MendAsync() => Network.TryRunAsync("nft", "delete table inet cut");

    public async ValueTask DisposeAsync()
    {
        // The cable and the route through it go with the namespace; what backs the range goes last.
        await Network.DisposeAsync();
        foreach (var range in _backed)
            await NetworkNamespace.Machine.TryRunAsync("ip", "-4", "route", "del", "unreachable", range, "metric", WorstMetric);
    }

    private static bool Taken(int number) =>
        MachineAddresses().Any(address => address.StartsWith(string.Create(CultureInfo.InvariantCulture, $"10.250.{number}."), StringComparison.Ordinal));

    private static IEnumerable<string> MachineAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(device => device.GetIPProperties().UnicastAddresses)
        .Select(entry => entry.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        .Select(address => address.ToString());
}
