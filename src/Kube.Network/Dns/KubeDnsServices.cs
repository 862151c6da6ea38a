using k8s.Models;
using Kube.Network.Objects;
using Microsoft.Extensions.DependencyInjection;

namespace Kube.Network.Dns;

/// <summary>Registers the cluster's name server.</summary>
public static class KubeDnsServices
{
    /// <summary>
    /// Adds the name server of a node: the cluster's service names, everything else by the node's own servers. Needs an <see cref="k8s.IKubernetes"/> that may list
    /// and watch services and endpointslices.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Lists every fault of the options.</exception>
    public static IServiceCollection AddKubeDns(this IServiceCollection services, KubeDnsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.AddSingleton(options);
        services.AddSingleton<DnsForwarder>();
        services.AddSingleton<DnsResolver>();
        services.AddSingleton<DnsServer>();
        services.AddHostedService(provider => provider.GetRequiredService<DnsServer>());
        return services.TryAddObjectSource<V1Service>().TryAddObjectSource<V1EndpointSlice>();
    }
}
