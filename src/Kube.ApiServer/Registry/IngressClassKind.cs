using k8s.Models;

namespace Kube.ApiServer.Registry;

/// <summary>Ingress classes.</summary>
internal sealed class IngressClassKind() : ResourceKind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", typeof(V1IngressClass))
{
    public override bool Namespaced => false;

    public override bool HasGeneration => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Controller", "spec.controller", ""),
        Registry.Columns.Text("Parameters", "spec.parameters.name"),
        Registry.Columns.Age,
    ];
}
