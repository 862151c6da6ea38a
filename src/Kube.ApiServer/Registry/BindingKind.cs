using k8s.Models;

namespace Kube.ApiServer.Registry;

/// <summary>The older way to bind a pod to a node: a Binding that bears the pod's name. It is carried out, never kept.</summary>
internal sealed class BindingKind() : ResourceKind("", "v1", "Binding", "bindings", typeof(V1Binding))
{
    public override IReadOnlyCollection<string> Verbs => ["create"];
}
