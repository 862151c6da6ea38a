using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>The status of a deployment and its conditions, as <c>kubectl rollout status</c> reads them. Pure.</summary>
internal static class DeploymentProgress
{
    public const string Deadline = "ProgressDeadlineExceeded";
    private const string Finished = "NewReplicaSetAvailable";

    /// <summary>The new status and when the progress deadline passes.</summary>
    /// <param name="deployment">The deployment with its old status.</param>
    /// <param name="bounds">Its numbers.</param>
    /// <param name="current">The set of the current template; null before it exists.</param>
    /// <param name="all">All its sets, the current one among them.</param>
    /// <param name="failure">A set's failure to create pods, or null.</param>
    /// <param name="now">The time.</param>
    public static (JsonObject Status, TimeSpan? LookAgain) Of(
        V1Deployment deployment, RollingBounds bounds, ReplicaSetState? current, IReadOnlyList<ReplicaSetState> all, V1ReplicaSetCondition? failure, DateTimeOffset now)
    {
        var total = all.Sum(s => s.Actual);
        var available = all.Sum(s => s.Available);
        var ready = all.Sum(s => s.Ready);
        var updated = current?.Actual ?? 0;
        var conditions = new JsonArray
        {
            available >= bounds.MinAvailable
                ? Condition(deployment, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
                : Condition(deployment, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now),
        };
        var (progressing, again) = Progressing(deployment, bounds, current, total, updated, ready, available, now);
        if (progressing is not null)
        {
            conditions.Add((JsonNode)progressing);
        }

        if (failure is not null)
        {
            conditions.Add((JsonNode)Condition(deployment, "ReplicaFailure", failure.Status, failure.Reason, failure.Message, now));
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = deployment.Metadata.Generation,
            ["replicas"] = total,
            ["updatedReplicas"] = updated,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = available,
            ["unavailableReplicas"] = Math.Max(Math.Max(total, bounds.Desired) - available, 0),
            ["conditions"] = conditions,
        };
        return (status, again);
    }

    /// <summary>Whether a status says anything else than what is stored; times of update alone are nothing new.</summary>
    public static bool Differs(V1DeploymentStatus? old, JsonObject status)
    {
        if (old is null
            || old.ObservedGeneration != (long?)status["observedGeneration"]
            || (old.Replicas ?? 0) != (int?)status["replicas"]
            || (old.UpdatedReplicas ?? 0) != (int?)status["updatedReplicas"]
            || (old.ReadyReplicas ?? 0) != (int?)status["readyReplicas"]
            || (old.AvailableReplicas ?? 0) != (int?)status["availableReplicas"]
            || (old.UnavailableReplicas ?? 0) != (int?)status["unavailableReplicas"])
        {
            return true;
        }

        var conditions = ((JsonArray)status["conditions"]!).OfType<JsonObject>().ToArray();
        return conditions.Length != (old.Conditions?.Count ?? 0)
            || conditions.Any(c => Find(old, (string)c["type"]!) is not { } o || o.Status != (string?)c["status"] || o.Reason != (string?)c["reason"] || o.Message != (string?)c["message"]);
    }

    private static (JsonObject? Condition, TimeSpan? LookAgain) Progressing(
        V1Deployment deployment, RollingBounds bounds, ReplicaSetState? current, int total, int updated, int ready, int available, DateTimeOffset now)
    {
        if (deployment.Spec.ProgressDeadlineSeconds is not { } seconds || seconds == int.MaxValue)
        {
            return (null, null);
        }

        var old = deployment.Status is { } status ? Find(status, "Progressing") : null;
        if (deployment.Spec.Paused == true)
        {
            return (Condition(deployment, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now), null);
        }

        var name = current?.Name ?? "";
        var complete = current is not null && updated == bounds.Desired && total == bounds.Desired && available == bounds.Desired && current.Replicas == bounds.Desired;
        if (complete)
        {
            return (Condition(deployment, "Progressing", "True", Finished, $"ReplicaSet \"{name}\" has successfully progressed.", now), null);
        }

        var before = deployment.Status;
        var moved = updated > (before?.UpdatedReplicas ?? 0)
            || total - updated < (before?.Replicas ?? 0) - (before?.UpdatedReplicas ?? 0)
            || ready > (before?.ReadyReplicas ?? 0)
            || available > (before?.AvailableReplicas ?? 0);
        var anew = old is null || old.Reason is "DeploymentPaused" || before?.ObservedGeneration != deployment.Metadata.Generation;
        var deadline = TimeSpan.FromSeconds(seconds);
        if (moved || anew)
        {
            var condition = Condition(deployment, "Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.", now);
            condition["lastUpdateTime"] = Timestamps.Text(now);
            return (condition, deadline);
        }

        // A finished rollout that lost pods later is no rollout any more: no deadline runs for it.
        if (old!.Reason == Finished)
        {
            return (Condition(deployment, "Progressing", old.Status, old.Reason, old.Message, now), null);
        }

        var since = old.LastUpdateTime is { } time ? new DateTimeOffset(time.ToUniversalTime()) : now;
        if (old.Reason == Deadline || since + deadline <= now)
        {
            return (Condition(deployment, "Progressing", "False", Deadline, $"ReplicaSet \"{name}\" has timed out progressing.", now), null);
        }

        return (Condition(deployment, "Progressing", old.Status, old.Reason, old.Message, now), since + deadline - now);
    }

    private static JsonObject Condition(V1Deployment deployment, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var old = deployment.Status is { } s ? Find(s, type) : null;
        var text = Timestamps.Text(now);
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = message,
            ["lastTransitionTime"] = old?.Status == status ? Timestamps.Text(old.LastTransitionTime) ?? text : text,
            ["lastUpdateTime"] = old?.Status == status && old.Reason == reason && old.Message == message ? Timestamps.Text(old.LastUpdateTime) ?? text : text,
        };
    }

    private static V1DeploymentCondition? Find(V1DeploymentStatus status, string type) => status.Conditions?.FirstOrDefault(c => c.Type == type);

    /// <summary>A number in text, for events.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
