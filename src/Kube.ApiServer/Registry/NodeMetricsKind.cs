using k8s.Models;

namespace Kube.ApiServer.Registry;

/// <summary>What nodes use; asked of their agents, never stored.</summary>
internal sealed class NodeMetricsKind() : ResourceKind("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", typeof(NodeMetrics))
{
    public override bool Namespaced => false;

    public override IReadOnlyCollection<string> Verbs => ["get", "list"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("cpu", "usage.cpu", ""),
        Registry.Columns.Text("memory", "usage.memory", ""),
        Registry.Columns.Text("window", "window", ""),
    ];
}
