using k8s.Models;

namespace Kube.Controllers;

/// <summary>What a pod's status says.</summary>
internal static class PodConditions
{
    /// <summary>Neither ended nor being deleted.</summary>
    public static bool IsActive(this V1Pod pod) => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded();

    /// <summary>Ended for good.</summary>
    public static bool HasEnded(this V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>The condition Ready is True.</summary>
    public static bool IsReady(this V1Pod pod) => pod.Condition("Ready") is { Status: "True" };

    /// <summary>Ready for at least a time.</summary>
    public static bool IsAvailable(this V1Pod pod, TimeSpan minReady, DateTimeOffset now) =>
        pod.Condition("Ready") is { Status: "True" } ready
        && (minReady <= TimeSpan.Zero || (ready.LastTransitionTime is { } since && new DateTimeOffset(since.ToUniversalTime()) + minReady <= now));

    /// <summary>A condition by type, or null.</summary>
    public static V1PodCondition? Condition(this V1Pod pod, string type)
    {
        foreach (var condition in pod.Status?.Conditions ?? [])
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }
}
