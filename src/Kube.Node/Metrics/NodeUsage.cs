namespace Kube.Node.Metrics;

/// <summary>The use of a node and of its containers at one time.</summary>
internal sealed record NodeUsage(ResourceUsage Node, IReadOnlyList<ContainerUsage> Containers);
