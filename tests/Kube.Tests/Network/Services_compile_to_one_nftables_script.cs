using System.Net;
using System.Text.RegularExpressions;
using k8s.Models;
using Kube.Network.Services;
using Xunit;

namespace Kube.Tests.Network;

public sealed partial class Services_compile_to_one_nftables_script
{
    private static readonly ServiceProxyOptions Options = new()
    {
        InstanceId = "test",
        TableName = "portal-test",
        ClusterPodCidr = IPNetwork.Parse("10.244.0.0/16"),
        ServiceCidr = IPNetwork.Parse("10.96.0.0/12"),
    };

    public static TheoryData<string> Cases => [.. GoldenCase.Names("services")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var golden = new GoldenCase("services", name);
        var before = Compile(golden, "in.yaml");
        if (golden.Has("then.yaml"))
            golden.Expect("out.nft", Sorted(NftScript.Change(Options, before, Compile(golden, "then.yaml"))));
        else
            golden.Expect("out.nft", Sorted(NftScript.Replace(Options, before)));
    }

    [Fact]
    public void Nothing_changed_is_no_script()
    {
        var golden = new GoldenCase("services", "cluster-ip");
        Assert.Equal("", NftScript.Change(Options, Compile(golden, "in.yaml"), Compile(golden, "in.yaml")));
    }

    [Fact]
    public void No_text_of_a_user_reaches_the_script()
    {
        const string hostile = "x }; flush ruleset; #\n\"'`$(id)";
        var service = new V1Service
        {
            Metadata = new V1ObjectMeta { Name = hostile, NamespaceProperty = hostile },
            Spec = new V1ServiceSpec { ClusterIP = "10.96.0.1", Ports = [new V1ServicePort { Name = hostile, Port = 80, Protocol = "TCP" }, new V1ServicePort { Name = "p", Port = 81, Protocol = hostile }] },
        };
        var slice = new V1EndpointSlice
        {
            AddressType = "IPv4",
            Metadata = new V1ObjectMeta { Name = hostile, NamespaceProperty = hostile, Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = hostile } },
            Ports = [new Discoveryv1EndpointPort { Name = hostile, Port = 8080, Protocol = "TCP" }],
            Endpoints = [new V1Endpoint { Addresses = ["10.244.0.1"] }, new V1Endpoint { Addresses = [hostile] }],
        };
        var script = NftScript.Replace(Options, ServiceTableCompiler.Compile([service], [slice], Options.ServiceCidr));
        Assert.Contains("10.244.0.1:8080", script, StringComparison.Ordinal);
        Assert.DoesNotContain("id", Words().Replace(script, ""), StringComparison.Ordinal);
        Assert.All(script.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^(add|delete) (table|set|map|chain|rule|element) ip portal-test", line));
    }

    [Fact]
    public void Departed_udp_endpoints_are_told_once()
    {
        var golden = new GoldenCase("services", "node-port-udp-affinity");
        var before = Compile(golden, "in.yaml");
        Assert.Equal(["10.244.0.9:5353"], UdpFlows.Departed(before, ServiceTable.Empty).Select(flow => flow.Endpoint.ToString()));
        Assert.Empty(UdpFlows.Departed(before, before));
    }

    // The order of independent lines follows a hash; what matters is that what points at a chain comes after it, which the kernel checks in the integration tests.
    private static string Sorted(string script) => string.Join('\n', script.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    private static ServiceTable Compile(GoldenCase golden, string file)
    {
        var objects = golden.Objects(file);
        return ServiceTableCompiler.Compile(objects.OfType<V1Service>(), objects.OfType<V1EndpointSlice>(), Options.ServiceCidr);
    }

    [GeneratedRegex("saddr|daddr|priority|fib|svc-[0-9a-f]{16}")]
    private static partial Regex Words();
}
