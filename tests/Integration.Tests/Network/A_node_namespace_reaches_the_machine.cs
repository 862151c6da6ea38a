using System.Net;
using System.Net.Sockets;
using Testing;
using Xunit;

namespace Integration.Tests.Network;

public sealed class A_node_namespace_reaches_the_machine
{
    [Fact]
    public async Task Both_ways_and_nowhere_else()
    {
        await using var node = await NodeNamespace.CreateAsync("node", "10.244.0.0/16", "10.96.0.0/12");
        // The node to a server on the machine, as an agent to the API server.
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Any, 0));
        server.Listen();
        using var client = node.Network.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Parse(node.MachineAddress), ((IPEndPoint)server.LocalEndPoint!).Port);
        using var accepted = await server.AcceptAsync();
        Assert.Equal(node.NodeAddress, ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());

        // The machine to a pod of the node, as the ingress.
        await using var pod = await TestPod.CreateAsync(node.Network, "pod", "10.244.199.5", "10.244.199.1", 8080);
        await node.Network.RunAsync("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        await node.RoutePodsAsync("10.244.199.0/24");
        Assert.Equal($"pod {node.MachineAddress}", await TestPod.AskAsync(NetworkNamespace.Machine, "10.244.199.5", 8080));
        Assert.Empty(await node.Network.RunAsync("ip", "route", "show", "default"));
        await Assert.ThrowsAsync<SocketException>(() => TestPod.AskAsync(node.Network, "10.244.3.3", 80));
    }
}
