using System.Net;
using System.Text.Json;
using k8s.Models;
using Kube.Network.Pods;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Node_routes_follow_the_nodes
{
    private static readonly IPNetwork Cluster = IPNetwork.Parse("10.244.0.0/16");

    [Fact]
    public void Every_other_node_gets_a_route()
    {
        var routes = NodeRoutes.Compile([Node("self", "10.244.0.0/24", "10.0.0.1"), Node("b", "10.244.1.0/24", "10.0.0.2"), Node("c", "10.244.2.0/24", "10.0.0.3")], "self", Cluster);
        Assert.Equal(["10.244.1.0/24 10.0.0.2", "10.244.2.0/24 10.0.0.3"], Text(routes));
    }

    [Theory]
    [InlineData(null, "10.0.0.2")]
    [InlineData("10.244.1.0/24", null)]
    [InlineData("10.244.1.0/24", "fd00::1")]
    [InlineData("nonsense", "10.0.0.2")]
    [InlineData("0.0.0.0/0", "10.0.0.2")]
    [InlineData("10.96.0.0/24", "10.0.0.2")]
    [InlineData("10.244.0.128/25", "10.0.0.2")]
    [InlineData("10.244.1.0/24", "10.0.0.1")]
    public void A_node_without_a_usable_range_and_address_gets_none(string? range, string? address) =>
        Assert.Empty(NodeRoutes.Compile([Node("self", "10.244.0.0/24", "10.0.0.1"), Node("b", range, address)], "self", Cluster));

    [Fact]
    public void The_older_of_two_nodes_keeps_a_range()
    {
        var old = Node("z-old", "10.244.1.0/24", "10.0.0.2", age: 2);
        var young = Node("a-young", "10.244.1.0/24", "10.0.0.3", age: 1);
        Assert.Equal(["10.244.1.0/24 10.0.0.2"], Text(NodeRoutes.Compile([young, old], "self", Cluster)));
    }

    [Fact]
    public async Task The_cni_configuration_is_written_whole_and_only_when_it_changed()
    {
        var folder = Directory.CreateTempSubdirectory("net-cni-");
        try
        {
            var text = CniConfiguration.Build("pods-x", IPNetwork.Parse("10.244.3.0/24"), "/var/lib/x", 1400);
            Assert.True(await CniConfiguration.WriteAsync(folder.FullName, "pods-x", text, TestContext.Current.CancellationToken));
            Assert.False(await CniConfiguration.WriteAsync(folder.FullName, "pods-x", text, TestContext.Current.CancellationToken));
            var file = Assert.Single(folder.GetFiles());
            Assert.Equal("10-pods-x.conflist", file.Name);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file.FullName, TestContext.Current.CancellationToken));
            var plugin = json.RootElement.GetProperty("plugins")[0];
            Assert.Equal("ptp", plugin.GetProperty("type").GetString());
            Assert.Equal(1400, plugin.GetProperty("mtu").GetInt32());
            Assert.Equal("10.244.3.0/24", plugin.GetProperty("ipam").GetProperty("ranges")[0][0].GetProperty("subnet").GetString());
            Assert.Equal("/var/lib/x", plugin.GetProperty("ipam").GetProperty("dataDir").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Text(IEnumerable<NodeRoute> routes) => routes.Select(route => $"{route.Destination} {route.Gateway}").Order(StringComparer.Ordinal);

    private static V1Node Node(string name, string? range, string? address, int age = 0) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, CreationTimestamp = new DateTime(2026, 1, 10 - age, 0, 0, 0, DateTimeKind.Utc) },
        Spec = new V1NodeSpec { PodCIDR = range },
        Status = new V1NodeStatus { Addresses = address is null ? [] : [new V1NodeAddress { Type = "Hostname", Address = name }, new V1NodeAddress { Type = "InternalIP", Address = address }] },
    };
}
