using k8s;
using Portal.Core.Observe;

namespace Portal.Core.Clusters;

/// <summary>What the portal has of one cluster while it uses it: the way to its API, and what it watches there.</summary>
/// <param name="id">The cluster's id; null for the embedded engine.</param>
/// <param name="revision">The kubeconfig it was made from.</param>
/// <param name="client">Its API.</param>
/// <param name="cache">What is watched there.</param>
/// <param name="connection">What ends with the link; null for the embedded engine.</param>
/// <param name="openedAt">When it was made.</param>
internal sealed class ClusterLink(Guid? id, int revision, IKubernetes client, ClusterCache cache, ClusterConnection? connection, DateTimeOffset openedAt) : IAsyncDisposable
{
    /// <summary>The cluster's id; null for the embedded engine.</summary>
    public Guid? Id { get; } = id;

    public int Revision { get; } = revision;

    public DateTimeOffset OpenedAt { get; } = openedAt;

    public IKubernetes Client { get; } = client;

    public ClusterCache Cache { get; } = cache;

    public bool IsEmbedded => Id is null;

    public async ValueTask DisposeAsync()
    {
        if (connection is null) return;
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        connection.Dispose();
    }
}
