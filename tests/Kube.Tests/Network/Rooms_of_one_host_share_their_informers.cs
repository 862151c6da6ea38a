using System.Net;
using k8s;
using k8s.Models;
using Kube.Network.Dns;
using Kube.Network.Ingress;
using Kube.Network.Objects;
using Kube.Network.Pods;
using Kube.Network.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Rooms_of_one_host_share_their_informers
{
    private static readonly IPNetwork Pods = IPNetwork.Parse("10.244.0.0/16");
    private static readonly IPNetwork Services = IPNetwork.Parse("10.96.0.0/12");

    [Fact]
    public void A_nodes_rooms_compose_and_the_pod_network_starts_before_those_that_need_it()
    {
        using var provider = Build(services => services
            .AddKubePodNetwork(new PodNetworkOptions { NodeName = "n", InstanceId = "i", CniConfigurationDirectory = "/tmp/x", AddressDirectory = "/tmp/x", ClusterPodCidr = Pods, ServiceCidr = Services })
            .AddKubeServiceProxy(new ServiceProxyOptions { InstanceId = "i", ClusterPodCidr = Pods, ServiceCidr = Services })
            .AddKubeDns(new KubeDnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }));
        var hosted = provider.GetServices<IHostedService>().ToList();
        Assert.Equal(
            ["PodNetwork", "InformerSource<V1Node>", "ServiceProxy", "InformerSource<V1Service>", "InformerSource<V1EndpointSlice>", "DnsServer"],
            hosted.Select(service => service.GetType() is { IsGenericType: true } type ? $"InformerSource<{type.GenericTypeArguments[0].Name}>" : service.GetType().Name));
        Assert.Same(provider.GetRequiredService<IObjectSource<V1Service>>(), hosted[3]);
    }

    [Fact]
    public void The_ingress_composes()
    {
        using var provider = Build(services => services.AddLogging().AddKubeIngress(new KubeIngressOptions()));
        Assert.Equal(7, provider.GetServices<IHostedService>().Count());
    }

    private static ServiceProvider Build(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IKubernetes>(new Kubernetes(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" }));
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
