using System.Runtime.CompilerServices;
using k8s.Models;

namespace Kube.Controllers.ReplicationControllers;

/// <summary>A replication controller as the replica set it would be today.</summary>
internal static class ReplicationControllerView
{
    // A view a version of the object: selectors are read once, not once a pod.
    private static readonly ConditionalWeakTable<V1ReplicationController, V1ReplicaSet> Views = [];

    public static V1ReplicaSet Of(V1ReplicationController controller) => Views.GetValue(controller, Make);

    private static V1ReplicaSet Make(V1ReplicationController controller) => new()
    {
        Metadata = controller.Metadata,
        Spec = new V1ReplicaSetSpec
        {
            Replicas = controller.Spec.Replicas,
            MinReadySeconds = controller.Spec.MinReadySeconds,
            Selector = new V1LabelSelector { MatchLabels = controller.Spec.Selector },
            Template = controller.Spec.Template,
        },
        Status = controller.Status is not { } status ? null : new V1ReplicaSetStatus
        {
            Replicas = status.Replicas,
            FullyLabeledReplicas = status.FullyLabeledReplicas,
            ReadyReplicas = status.ReadyReplicas,
            AvailableReplicas = status.AvailableReplicas,
            ObservedGeneration = status.ObservedGeneration,
            Conditions = status.Conditions is not { } conditions ? null :
            [
                .. conditions.Select(c => new V1ReplicaSetCondition
                {
                    Type = c.Type,
                    Status = c.Status,
                    Reason = c.Reason,
                    Message = c.Message,
                    LastTransitionTime = c.LastTransitionTime,
                }),
            ],
        },
    };
}
