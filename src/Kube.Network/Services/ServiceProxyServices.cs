using k8s.Models;
using Kube.Network.Objects;
using Microsoft.Extensions.DependencyInjection;

namespace Kube.Network.Services;

/// <summary>Registers the service proxy.</summary>
public static class ServiceProxyServices
{
    /// <summary>
    /// Adds the service proxy of a node: one nftables table that gives cluster addresses and node ports to ready endpoints, refuses those without, and masquerades
    /// pods that leave the cluster. Needs an <see cref="k8s.IKubernetes"/> that may list and watch services and endpointslices, and the device of
    /// <see cref="Pods.PodNetworkServices.AddKubePodNetwork"/>.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Lists every fault of the options.</exception>
    public static IServiceCollection AddKubeServiceProxy(this IServiceCollection services, ServiceProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.AddSingleton(options);
        services.AddHostedService<ServiceProxy>();
        return services.TryAddObjectSource<V1Service>().TryAddObjectSource<V1EndpointSlice>();
    }
}
