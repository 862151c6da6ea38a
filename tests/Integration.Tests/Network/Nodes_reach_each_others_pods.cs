using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Kube.Network;
using Kube.Network.Pods;
using Kube.Network.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;
using Xunit;

namespace Integration.Tests.Network;

/// <summary>Two nodes on one cable, each in its namespace.</summary>
public sealed class Nodes_reach_each_others_pods : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("net-it-");
    private readonly ObjectList<V1Node> _nodes = new();
    private NetworkNamespace _one = null!;
    private NetworkNamespace _two = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await NetworkNamespace.CreateAsync("one");
        _two = await NetworkNamespace.CreateAsync("two");
        await _one.ConnectAsync(_two, "192.168.78.1/24", "192.168.78.2/24");
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Routes_come_and_go_with_the_nodes_and_pods_meet_through_them()
    {
        _nodes.Set(Objects.Node("one", "10.244.1.0/24", "192.168.78.1"), Objects.Node("two", "10.244.2.0/24", "192.168.78.2"), Objects.Node("far", "10.244.3.0/24", "172.31.9.9"));
        using var first = Network("one", _one);
        using var second = Network("two", _two);
        await first.StartAsync(CancellationToken.None);
        await second.StartAsync(CancellationToken.None);
        await using var client = await _one.AddPodAsync("client", "10.244.1.5", "10.244.1.1");
        await using var pod = await TestPod.CreateAsync(_two, "pod", "10.244.2.5", "10.244.2.1", 8080);

        // No masquerade between pods: each sees the other's own address. A node nobody can reach does not keep the others from being reached.
        var answer = await Eventually.Async("an answer from the other node's pod", () => TestPod.AskAsync(client, "10.244.2.5", 8080), text => text.StartsWith("pod", StringComparison.Ordinal));
        Assert.Equal("pod 10.244.1.5", answer);

        // A route of somebody else stays.
        await _one.RunAsync("ip", "route", "add", "10.244.77.0/24", "via", "192.168.78.2");
        _nodes.Set(Objects.Node("one", "10.244.1.0/24", "192.168.78.1"));
        await Eventually.Async("the route to go", () => _one.RunAsync("ip", "route"), routes => !routes.Contains("10.244.2.0/24", StringComparison.Ordinal));
        var left = await _one.RunAsync("ip", "route");
        Assert.Contains("10.244.77.0/24", left, StringComparison.Ordinal);
        Assert.Contains("unreachable 10.244.0.0/16", left, StringComparison.Ordinal);
        var thrown = await Assert.ThrowsAsync<SocketException>(() => TestPod.AskAsync(client, "10.244.2.5", 8080));
        Assert.Equal(SocketError.HostUnreachable, thrown.SocketErrorCode);

        await first.StopAsync(CancellationToken.None);
        await second.StopAsync(CancellationToken.None);
        Assert.Contains("unreachable 10.244.0.0/16", await _one.RunAsync("ip", "route"), StringComparison.Ordinal);
        Assert.Contains("unreachable 10.96.0.0/12", await _one.RunAsync("ip", "route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_subnet_on_the_same_wire_is_reached_by_its_link()
    {
        // Node two's address is not of the cable's subnet; node one knows only a host route to it.
        await _two.RunAsync("ip", "address", "add", "172.31.0.9/32", "dev", "lo");
        await _one.RunAsync("ip", "route", "add", "172.31.0.9/32", "via", "192.168.78.2");
        _nodes.Set(Objects.Node("one", "10.244.1.0/24", "192.168.78.1"), Objects.Node("two", "10.244.2.0/24", "172.31.0.9"));
        using var first = Network("one", _one);
        using var second = Network("two", _two);
        await first.StartAsync(CancellationToken.None);
        await second.StartAsync(CancellationToken.None);
        await using var client = await _one.AddPodAsync("client", "10.244.1.5", "10.244.1.1");
        await using var pod = await TestPod.CreateAsync(_two, "pod", "10.244.2.5", "10.244.2.1", 8080);
        await Eventually.Async("an answer", () => TestPod.AskAsync(client, "10.244.2.5", 8080), text => text == "pod 10.244.1.5");
        await first.StopAsync(CancellationToken.None);
        await second.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Taken_down_for_good_a_node_leaves_nothing_behind()
    {
        var before = await StateAsync();
        _nodes.Set(Objects.Node("one", "10.244.1.0/24", "192.168.78.1"), Objects.Node("two", "10.244.2.0/24", "192.168.78.2"));
        using var network = Network("one", _one);
        var proxyOptions = new ServiceProxyOptions { InstanceId = "it", ClusterPodCidr = IPNetwork.Parse("10.244.0.0/16"), ServiceCidr = IPNetwork.Parse("10.96.0.0/12"), NetworkNamespacePath = _one.Path };
        using var proxy = new ServiceProxy(proxyOptions, new ObjectList<V1Service>(), new ObjectList<V1EndpointSlice>(), TimeProvider.System, NullLogger<ServiceProxy>.Instance);
        await network.StartAsync(CancellationToken.None);
        await proxy.StartAsync(CancellationToken.None);
        await Eventually.Async("routes, table and configuration", StateAsync, state => state.Contains("10.244.2.0/24", StringComparison.Ordinal) && state.Contains("table ip", StringComparison.Ordinal) && state.Contains("conflist", StringComparison.Ordinal));
        await network.StopAsync(CancellationToken.None);
        await proxy.StopAsync(CancellationToken.None);
        await KubeNetworkTeardown.RemoveAsync(Options("one", _one), proxyOptions, CancellationToken.None);
        Assert.Equal(before, await StateAsync());
        await KubeNetworkTeardown.RemoveAsync(Options("one", _one), proxyOptions, CancellationToken.None);

        async Task<string> StateAsync() => string.Join(
            '\n', await _one.RunAsync("ip", "route"), await _one.RunAsync("ip", "-br", "address"), await _one.RunAsync("nft", "list", "tables"), string.Join(' ', _folder.GetFiles().Select(file => file.Name)));
    }

    [Fact]
    public async Task The_real_cni_plugins_accept_the_configuration()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/cni/ptp"), "containernetworking-plugins is not installed");
        _nodes.Set(Objects.Node("one", "10.244.1.0/24", "192.168.78.1"));
        using var network = Network("one", _one);
        await network.StartAsync(CancellationToken.None);
        var file = await Eventually.Async("the CNI configuration", () => Task.FromResult(_folder.GetFiles("*.conflist")), files => files.Length == 1);
        await network.StopAsync(CancellationToken.None);

        // What the runtime does: it takes the plugin's part, adds name and version, and runs it in the node's namespace.
        var list = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(file[0].FullName))!;
        var plugin = list["plugins"]![0]!.DeepClone();
        plugin["name"] = list["name"]!.GetValue<string>();
        plugin["cniVersion"] = list["cniVersion"]!.GetValue<string>();
        await using var pod = await NetworkNamespace.CreateAsync("cnipod");
        var result = System.Text.Json.Nodes.JsonNode.Parse(await RunPluginAsync("ADD", plugin.ToJsonString(), pod))!;
        var address = IPNetwork.Parse(result["ips"]![0]!["address"]!.GetValue<string>().Split('/')[0] + "/32").BaseAddress;
        Assert.True(IPNetwork.Parse("10.244.1.0/24").Contains(address));
        await using var server = TestPod.Serve(pod, "cni", 8080);
        Assert.StartsWith("cni ", await TestPod.AskAsync(_one, address.ToString(), 8080), StringComparison.Ordinal);
        await RunPluginAsync("DEL", plugin.ToJsonString(), pod);
    }

    private async Task<string> RunPluginAsync(string command, string configuration, NetworkNamespace pod)
    {
        var start = _one.StartInfo("/usr/lib/cni/ptp");
        start.Environment["CNI_COMMAND"] = command;
        start.Environment["CNI_CONTAINERID"] = "c1";
        start.Environment["CNI_NETNS"] = pod.Path;
        start.Environment["CNI_IFNAME"] = "eth0";
        start.Environment["CNI_PATH"] = "/usr/lib/cni";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(configuration);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    private PodNetwork Network(string name, NetworkNamespace node) => new(Options(name, node), _nodes, TimeProvider.System, NullLogger<PodNetwork>.Instance);

    private PodNetworkOptions Options(string name, NetworkNamespace node) => new()
    {
        NodeName = name,
        InstanceId = "it",
        CniConfigurationDirectory = _folder.FullName,
        AddressDirectory = Path.Combine(_folder.FullName, "addresses", name),
        ClusterPodCidr = IPNetwork.Parse("10.244.0.0/16"),
        ServiceCidr = IPNetwork.Parse("10.96.0.0/12"),
        NetworkNamespacePath = node.Path,
    };
}
