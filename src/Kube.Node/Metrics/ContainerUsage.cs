namespace Kube.Node.Metrics;

/// <summary>A running container's use.</summary>
internal sealed record ContainerUsage(string Id, string PodUid, string Name, ResourceUsage Usage);
