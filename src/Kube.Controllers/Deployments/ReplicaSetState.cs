using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>What the plans need to know of a replica set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Replicas">Replicas it is asked to have.</param>
/// <param name="Actual">Pods it has.</param>
/// <param name="Ready">Of these, ready.</param>
/// <param name="Available">Of these, available.</param>
/// <param name="DesiredNote">The deployment's replicas when it was last scaled.</param>
/// <param name="MaxNote">The deployment's most pods when it was last scaled.</param>
internal sealed record ReplicaSetState(string Name, int Replicas, int Actual, int Ready, int Available, int? DesiredNote = null, int? MaxNote = null)
{
    /// <summary>
    /// Pods sure to stay available: after a scale-down the status may still count pods that are going, and counting them twice would
    /// take the deployment below its minimum.
    /// </summary>
    public int SurelyAvailable => Math.Min(Available, Replicas);

    public static ReplicaSetState Of(V1ReplicaSet set) => new(
        set.Metadata.Name,
        set.Spec.Replicas ?? 1,
        set.Status?.Replicas ?? 0,
        set.Status?.ReadyReplicas ?? 0,
        set.Status?.AvailableReplicas ?? 0,
        DeploymentNotes.Number(set, DeploymentNotes.DesiredReplicas),
        DeploymentNotes.Number(set, DeploymentNotes.MaxReplicas));
}
