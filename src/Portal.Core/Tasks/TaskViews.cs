using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Portal.Core.Compile;
using Portal.Core.Observe;

namespace Portal.Core.Tasks;

/// <summary>Reads a task off its Job and pod.</summary>
internal static class TaskViews
{
    public static TaskView Of(JsonObject job, V1Pod? pod, DateTimeOffset now)
    {
        var metadata = job["metadata"]!;
        var container = job["spec"]!["template"]!["spec"]!["containers"]![0]!;
        var terminated = pod?.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Terminated;
        var instance = pod is null ? null : Snapshots.Instance(pod);
        var (state, message, finished) = State(job, pod, instance);
        return new(
            (string)metadata["name"]!, [.. (container["command"] as JsonArray ?? []).Select(word => (string)word!)], (string?)metadata["annotations"]?[Labels.Author] ?? "",
            int.Parse((string?)metadata["labels"]?[Labels.Release] ?? "0", CultureInfo.InvariantCulture), state, terminated?.ExitCode, message, pod?.Metadata.Name,
            Time(metadata["creationTimestamp"]) ?? now, finished);
    }

    private static (TaskState State, string Message, DateTimeOffset? Finished) State(JsonObject job, V1Pod? pod, InstanceView? instance)
    {
        foreach (var condition in (job["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>().Where(c => (string?)c["status"] == "True"))
        {
            if ((string?)condition["type"] == "Complete") return (TaskState.Succeeded, "", Time(condition["lastTransitionTime"]));
            // The pod says more than the Job, whose word is about its back-off.
            if ((string?)condition["type"] == "Failed") return (TaskState.Failed, (string?)condition["reason"] == "DeadlineExceeded" ? "It took longer than it may." : instance?.Message ?? (string?)condition["message"] ?? "", Time(condition["lastTransitionTime"]));
        }

        return pod?.Status?.Phase == "Running" ? (TaskState.Running, "", null) : (TaskState.Pending, instance?.Message ?? "", null);
    }

    private static DateTimeOffset? Time(JsonNode? value) =>
        DateTimeOffset.TryParse((string?)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
