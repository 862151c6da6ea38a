namespace Kube.Node;

/// <summary>Where the agent keeps what, all below its data directory.</summary>
internal sealed class NodePaths(string dataDirectory)
{
    public string Data { get; } = dataDirectory;

    public string Pki => Path.Combine(Data, "pki");

    public string CaCertificate => Path.Combine(Pki, "ca.crt");

    public string ClientCertificate => Path.Combine(Pki, "client.crt");

    public string ClientKey => Path.Combine(Pki, "client.key");

    public string ServingCertificate => Path.Combine(Pki, "serving.crt");

    public string ServingKey => Path.Combine(Pki, "serving.key");

    public string Kubeconfig => Path.Combine(Data, "kubeconfig");

    public string Containerd => Path.Combine(Data, "containerd");

    public string ContainerdSocket => Path.Combine(Containerd, "containerd.sock");

    public string Images => Path.Combine(Data, "images");

    public string Pods => Path.Combine(Data, "pods");

    /// <summary>The directories of node-local PersistentVolumes, by the volumes' names; they outlive pods.</summary>
    public string Volumes => Path.Combine(Data, "volumes");

    public string Logs => Path.Combine(Data, "logs");

    /// <summary>What agent and guard share, see <see cref="Fencing.FenceBoard"/>.</summary>
    public string Fence => Path.Combine(Data, "fence");

    public string FenceBoard => Path.Combine(Fence, "board");

    public string FencedPods => Path.Combine(Fence, "pods");

    public string GuardLock => Path.Combine(Fence, "guard.lock");

    public string GuardPid => Path.Combine(Fence, "guard.pid");

    public string GuardLog => Path.Combine(Fence, "guard.log");

    public string Registries => Path.Combine(Data, "registries");

    public string PodDirectory(string uid) => Path.Combine(Pods, uid);

    public string VolumeDirectory(string uid, string kind, string volume) => Path.Combine(Pods, uid, "volumes", kind, volume);

    public string PodLogDirectory(string podNamespace, string podName, string uid) => Path.Combine(Logs, $"{podNamespace}_{podName}_{uid}");

    /// <summary>A container's log file relative to the pod's log directory, as CRI wants it.</summary>
    public static string ContainerLog(string container, uint attempt) => Path.Combine(container, $"{attempt}.log");
}
