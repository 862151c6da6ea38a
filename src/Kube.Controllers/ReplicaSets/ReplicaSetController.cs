using k8s.Models;

namespace Kube.Controllers.ReplicaSets;

/// <summary>ReplicaSets (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/).</summary>
internal sealed class ReplicaSetController(ControllerContext context) : ReplicaController<V1ReplicaSet>(context, context.Informers.ReplicaSets)
{
    protected override V1ReplicaSet View(V1ReplicaSet item) => item;
}
