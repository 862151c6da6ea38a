using k8s.Models;

namespace Kube.ApiServer.Registry;

/// <summary>What pods and their containers use; asked of the nodes' agents, never stored.</summary>
internal sealed class PodMetricsKind() : ResourceKind("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", typeof(PodMetrics))
{
    public override IReadOnlyCollection<string> Verbs => ["get", "list"];
}
