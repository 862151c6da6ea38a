using System.Net;
using Kube.Network.Dns;
using Kube.Network.Ingress;
using Kube.Network.Pods;
using Kube.Network.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Options_tell_all_their_faults
{
    private static readonly IPNetwork Range = IPNetwork.Parse("10.0.0.0/8");

    [Fact]
    public void Pod_network()
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddKubePodNetwork(new PodNetworkOptions
        {
            NodeName = "",
            InstanceId = "Not A Label",
            CniConfigurationDirectory = "relative",
            AddressDirectory = "/x",
            ClusterPodCidr = Range,
            ServiceCidr = Range,
            Mtu = 3,
        }));
        foreach (var key in new[] { "NodeName", "InstanceId", "CniConfigurationDirectory", "ServiceCidr", "Mtu" })
            Assert.Contains(thrown.Failures, fault => fault.StartsWith($"PodNetwork:{key} ", StringComparison.Ordinal));
        Assert.DoesNotContain(thrown.Failures, fault => fault.Contains("AddressDirectory", StringComparison.Ordinal));
    }

    [Fact]
    public void Service_proxy()
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddKubeServiceProxy(new ServiceProxyOptions
        {
            InstanceId = "a",
            ClusterPodCidr = Range,
            ServiceCidr = IPNetwork.Parse("11.0.0.0/8"),
            TableName = "x; flush ruleset",
            CoalescePeriod = TimeSpan.FromSeconds(1),
        }));
        Assert.Equal(2, thrown.Failures.Count());
    }

    [Fact]
    public void Ingress_and_dns()
    {
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddKubeIngress(new KubeIngressOptions { ClassName = " ", StatusAddresses = ["not a host!"] })).Failures.Count());
        Assert.Single(Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddKubeDns(new KubeDnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 53), ClusterDomain = "-" })).Failures);
    }
}
