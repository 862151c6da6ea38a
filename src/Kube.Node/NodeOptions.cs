namespace Kube.Node;

/// <summary>Settings of the node agent. Every path is absolute; every fault is reported at start with its key.</summary>
public sealed class NodeOptions
{
    /// <summary>Address of the API server, for instance <c>https://10.0.0.1:6443</c>.</summary>
    public string ServerUrl { get; set; } = "";

    /// <summary>Further API servers of the same cluster, to move to when the one in use is gone.</summary>
    public IList<string> OtherServerUrls { get; } = new List<string>();

    /// <summary>All servers, <see cref="ServerUrl"/> first.</summary>
    internal string[] Servers => [ServerUrl, .. OtherServerUrls];

    /// <summary>One-time join string <c>&lt;id&gt;.&lt;secret&gt;:&lt;lower hex sha256 of the CA's SubjectPublicKeyInfo&gt;</c>. Needed until the node has joined, ignored after.</summary>
    public string? JoinToken { get; set; }

    /// <summary>Name of the Node object; a DNS-1123 subdomain.</summary>
    public string NodeName { get; set; } = "";

    /// <summary>The agent's own directory: credentials, containerd, pod volumes, logs, image import.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>Address by which other nodes and the API server reach this node.</summary>
    public string InternalIP { get; set; } = "";

    /// <summary>Address the kubelet API listens on; null means <see cref="InternalIP"/>.</summary>
    public string? ListenAddress { get; set; }

    /// <summary>Port of the kubelet API; 0 takes a free one, published in Node.status.daemonEndpoints.</summary>
    public int ListenPort { get; set; }

    /// <summary>Directory containerd reads the CNI network configuration from; whoever sets up the pod network writes it.</summary>
    public string CniConfDir { get; set; } = "";

    /// <summary>Directories with CNI plugins.</summary>
    public IList<string> CniBinDirs { get; } = new List<string>();

    /// <summary>Addresses of the cluster's DNS service; empty means pods use the node's resolvers.</summary>
    public IList<string> ClusterDns { get; } = new List<string>();

    /// <summary>Cluster DNS domain.</summary>
    public string ClusterDomain { get; set; } = "cluster.local";

    /// <summary>Tells instances on one machine apart: part of the cgroup parent. Lower-case letters, digits, hyphens.</summary>
    public string InstanceId { get; set; } = "";

    /// <summary>Labels put on the Node object when it registers.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether pods may run privileged containers, mount host paths or share host namespaces.</summary>
    public bool AllowPrivileged { get; set; }

    /// <summary>How many pods this node accepts.</summary>
    public int MaxPods { get; set; } = 110;

    /// <summary>Directory with one <c>&lt;host&gt;/hosts.toml</c> a registry; null means <c>&lt;DataDirectory&gt;/registries</c>.</summary>
    public string? RegistryConfigDir { get; set; }

    /// <summary>
    /// Path of a network namespace (<c>/run/netns/NAME</c>) in which containerd runs and probes are made, when the agent process itself
    /// lives in another one. Null when both live in the same.
    /// </summary>
    public string? NetworkNamespace { get; set; }

    /// <summary>
    /// Program and first arguments of the guard, which ends in <c>NodeGuard.Run</c>; <c>--data DIR --instance ID</c> are added. Empty runs none: the node then
    /// promises no fence, and its stateful pods are not replaced while it cannot be reached.
    /// </summary>
    public IList<string> GuardCommand { get; } = new List<string>();

    /// <summary>Lease renewal period.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A container's log is rotated once it is longer than this, in bytes.</summary>
    public long MaxLogBytes { get; set; } = 10 * 1024 * 1024;
}
