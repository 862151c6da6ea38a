using k8s.Models;
using Kube.Network.Objects;
using Microsoft.Extensions.DependencyInjection;

namespace Kube.Network.Pods;

/// <summary>Registers the pod network.</summary>
public static class PodNetworkServices
{
    /// <summary>
    /// Adds the pod network of a node: unreachable routes behind the pod and service ranges, the service range's device, forwarding, routes to other nodes, and
    /// the CNI configuration once the Node object has a pod range. Needs an <see cref="k8s.IKubernetes"/> that may list and watch nodes. Register it before
    /// whatever starts pods: its start completes only when the ranges are backed.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Lists every fault of the options.</exception>
    public static IServiceCollection AddKubePodNetwork(this IServiceCollection services, PodNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.AddSingleton(options);
        services.AddHostedService<PodNetwork>();
        return services.TryAddObjectSource<V1Node>();
    }
}
