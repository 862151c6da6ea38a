using k8s.Models;

namespace Kube.Node.Status;

/// <summary>The conditions the node owns of a pod; others (readiness gates, the scheduler's reasons) are left to their owners.</summary>
internal static class PodConditions
{
    public static IList<V1PodCondition> For(V1Pod pod, V1PodStatus status, bool initialized, bool sandboxReady, DateTimeOffset now)
    {
        var completed = status.Phase is "Succeeded" or "Failed";
        var unready = status.ContainerStatuses.Where(c => !c.Ready).Select(c => c.Name).ToList();
        var gates = (pod.Spec.ReadinessGates ?? []).Where(g => Existing(pod, g.ConditionType)?.Status != "True").Select(g => g.ConditionType).ToList();
        var (reason, message) = completed ? ("PodCompleted", (string?)null)
            : unready.Count > 0 ? ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]")
            : ((string?)null, null);
        var containersReady = !completed && unready.Count == 0 && initialized && sandboxReady;
        return
        [
            Condition("PodScheduled", true, null, null),
            Condition("PodReadyToStartContainers", sandboxReady, null, null),
            Condition("Initialized", initialized, initialized ? null : "ContainersNotInitialized", null),
            Condition("ContainersReady", containersReady, reason, message),
            containersReady && gates.Count > 0
                ? Condition("Ready", false, "ReadinessGatesNotReady", $"conditions not true: [{string.Join(' ', gates)}]")
                : Condition("Ready", containersReady, reason, message),
        ];

        V1PodCondition Condition(string type, bool value, string? why, string? text)
        {
            var state = value ? "True" : "False";
            var old = Existing(pod, type);
            return new V1PodCondition
            {
                Type = type,
                Status = state,
                Reason = value ? null : why,
                Message = value ? null : text,
                LastTransitionTime = old?.Status == state ? old.LastTransitionTime ?? now.UtcDateTime : now.UtcDateTime,
            };
        }
    }

    private static V1PodCondition? Existing(V1Pod pod, string type) => pod.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
}
