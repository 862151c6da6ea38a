using k8s;
using Portal.Core.Clusters;

namespace Integration.Tests.Core;

/// <summary>One cluster for every namespace.</summary>
internal sealed class OneCluster(IKubernetes client) : IClusterClients
{
    public ValueTask<IKubernetes> ClientAsync(string ns, CancellationToken cancellationToken) => ValueTask.FromResult(client);
}
