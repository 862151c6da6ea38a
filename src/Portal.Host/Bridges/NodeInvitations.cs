using k8s;
using Portal.Core.Apps;
using Portal.Core.Nodes;
using Portal.Host.Composition;
using Portal.Host.Instance;

namespace Portal.Host.Bridges;

/// <summary>Makes the same one-time tokens as <c>portal node token</c>, with the whole command around them.</summary>
internal sealed class NodeInvitations(IKubernetes client, StartOptions options, TimeProvider time) : INodeInvitations
{
    public async Task<NodeInvitation> CreateAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var pki = ClusterPki.LoadOrCreate(options.Data, time);
        var token = await BootstrapTokens.CreateAsync(client, pki.Authority.PublicKeyHash, lifetime, time, cancellationToken);
        return new(new Sensitive($"portal agent --server https://{options.NodeAddress}:{options.Ports.Kubernetes} --token {token}"), time.GetUtcNow() + lifetime);
    }
}
