using Kube.Network;
using Kube.Node;

namespace Portal.Host.Composition;

/// <summary>Takes a node down whose agent has ended: pods, containerd, and the kernel's tables, routes and devices that carry the cluster's name.</summary>
internal static class NodeTearDown
{
    public static async Task RunAsync(string agentData, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(agentData))
            return;
        await NodeInstallation.TearDownAsync(agentData, TimeProvider.System, cancellationToken);
        if (ClusterInfo.Load(agentData) is { } cluster)
            await KubeNetworkTeardown.RemoveAsync(AgentHost.PodNetwork(agentData, "node", cluster), AgentHost.ServiceProxy(cluster), cancellationToken);
    }
}
