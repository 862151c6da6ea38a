using k8s.Models;
using Kube.Controllers.ReplicaSets;

namespace Kube.Controllers.ReplicationControllers;

/// <summary>ReplicationControllers (https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/): replica sets in an older dress.</summary>
internal sealed class ReplicationControllerController(ControllerContext context)
    : ReplicaController<V1ReplicationController>(context, context.Informers.ReplicationControllers)
{
    protected override V1ReplicaSet View(V1ReplicationController item) => ReplicationControllerView.Of(item);
}
