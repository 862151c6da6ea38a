namespace Kube.Node.Cri;

/// <summary>
/// Labels on sandboxes and containers: what the agent identifies its own by after a restart. The names are the ones every
/// Kubernetes tool that looks at a runtime expects.
/// </summary>
internal static class CriLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    /// <summary>Annotation: hash of the container's declaration, to see an image change in place.</summary>
    public const string ContainerHash = "io.kubernetes.container.hash";
}
