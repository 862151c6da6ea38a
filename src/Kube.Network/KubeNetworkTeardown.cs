using Kube.Network.Pods;
using Kube.Network.Processes;
using Kube.Network.Services;

namespace Kube.Network;

/// <summary>
/// Takes a node's traces out of the kernel. The running rooms never do this themselves: pods outlive an agent that restarts, and the ranges must stay backed
/// for as long as anything could send to them.
/// </summary>
public static class KubeNetworkTeardown
{
    /// <summary>
    /// Removes the service table, the routes to other nodes, the service range's device, the CNI configuration and, last, the unreachable routes. Call it when the node is
    /// taken down for good, after its last pod ended. What is not there is no fault, so it may be repeated.
    /// </summary>
    /// <param name="pods">The options given to <see cref="PodNetworkServices.AddKubePodNetwork"/>.</param>
    /// <param name="proxy">The options given to <see cref="ServiceProxyServices.AddKubeServiceProxy"/>.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static async Task RemoveAsync(PodNetworkOptions pods, ServiceProxyOptions proxy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pods);
        ArgumentNullException.ThrowIfNull(proxy);
        pods.Validate();
        proxy.Validate();
        var kernel = new KernelRoutes(new CommandRunner(pods.NetworkNamespacePath), pods.RouteProtocol);
        await new CommandRunner(proxy.NetworkNamespacePath).RunAsync("nft", ["delete", "table", "ip", proxy.Table], null, cancellationToken).ConfigureAwait(false);
        foreach (var route in await kernel.ListAsync(pods.ClusterPodCidr, cancellationToken).ConfigureAwait(false))
            await kernel.RemoveAsync(route, cancellationToken).ConfigureAwait(false);
        File.Delete(CniConfiguration.FilePath(pods.CniConfigurationDirectory, InstanceNames.PodNetwork(pods.InstanceId)));
        await kernel.ReleaseAsync(InstanceNames.ServiceBridge(pods.InstanceId), [pods.ServiceCidr, pods.ClusterPodCidr], cancellationToken).ConfigureAwait(false);
    }
}
