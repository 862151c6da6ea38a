using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>What the pod workers need of the API server; the double in tests keeps pods in memory.</summary>
internal interface IPodApi
{
    /// <summary>The pods bound to this node, as last seen.</summary>
    IReadOnlyCollection<V1Pod> List();

    /// <summary>Calls back for every pod now there and every later change.</summary>
    IDisposable Subscribe(Action<PodChange> changed);

    /// <summary>Writes a pod's status. Returns false when the pod of this UID no longer exists.</summary>
    /// <exception cref="HttpRequestException">The API server is not reachable or refused.</exception>
    Task<bool> PatchStatusAsync(V1Pod pod, V1PodStatus status, CancellationToken ct);

    /// <summary>Ends the pod's existence: grace period 0, this UID only. Done when it is gone already.</summary>
    Task DeleteAsync(V1Pod pod, CancellationToken ct);

    /// <summary>A Secret's decoded data; null when there is none.</summary>
    Task<IDictionary<string, byte[]>?> GetSecretAsync(string podNamespace, string name, CancellationToken ct);

    /// <summary>Every value that was read of a Secret while a pod of the node names it, former ones included.</summary>
    IEnumerable<byte[]> SecretValues(string podNamespace, string name);

    /// <summary>A token of a pod's service account, bound to the pod. Kept and renewed after four fifths of its life or a day.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="audience">Whom it is for; null for the API server.</param>
    /// <param name="expirationSeconds">Its life, at least 600.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="ContainerStartException">The API server refused, or is away and no token is left.</exception>
    Task<string> GetTokenAsync(V1Pod pod, string? audience, long expirationSeconds, CancellationToken ct);

    /// <summary>Forgets what was kept for a pod that is gone.</summary>
    void Forget(string podUid);

    /// <summary>The Service by which pods reach the API server; null when the cluster has none.</summary>
    Task<V1Service?> GetKubernetesServiceAsync(CancellationToken ct);

    /// <summary>The volume a claim is bound to; null when there is no such claim, or it is not bound (to a volume that is bound to it).</summary>
    Task<V1PersistentVolume?> GetClaimedVolumeAsync(string podNamespace, string claim, CancellationToken ct);

    /// <summary>A ConfigMap's text and binary data; null when there is none.</summary>
    Task<IDictionary<string, byte[]>?> GetConfigMapAsync(string podNamespace, string name, CancellationToken ct);
}
