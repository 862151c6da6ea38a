using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>A pod as it is now, or that it is gone from the API.</summary>
internal sealed record PodChange(V1Pod Pod, bool Gone);
