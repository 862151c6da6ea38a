using k8s;

namespace Portal.Core.Clusters;

/// <summary>The one way from an environment's namespace to the Kubernetes API that it targets.</summary>
internal interface IClusterClients
{
    /// <summary>The client of the cluster that the environment of a namespace targets.</summary>
    /// <exception cref="Apply.ClusterException">The cluster cannot be reached at all: it was removed, or its credentials cannot be opened.</exception>
    ValueTask<IKubernetes> ClientAsync(string ns, CancellationToken cancellationToken);
}
