using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>What <c>kubectl get pods</c> shows.</summary>
internal static class PodColumns
{
    public static readonly IReadOnlyList<TableColumn> All =
    [
        Columns.Name,
        new("Ready", (pod, _) => Ready(pod)) { Description = "The aggregate readiness state of this pod for accepting traffic." },
        new("Status", (pod, _) => Status(pod)) { Description = "The aggregate status of the containers in this pod." },
        new("Restarts", (pod, now) => Restarts(pod, now)) { Description = "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted." },
        Columns.Age,
        Columns.Wide("IP", pod => pod.Object("status").Text("podIP")),
        Columns.Wide("Node", pod => pod.Object("spec").Text("nodeName")),
        Columns.Wide("Nominated Node", pod => pod.Object("status").Text("nominatedNodeName")),
        Columns.Wide("Readiness Gates", Gates),
    ];

    private static string Ready(JsonObject pod) =>
        string.Create(CultureInfo.InvariantCulture, $"{pod.Object("status").Objects("containerStatuses").Count(c => c.Flag("ready") == true)}/{pod.Object("spec").Array("containers")?.Count ?? 0}");

    private static string? Gates(JsonObject pod)
    {
        var gates = pod.Object("spec").Objects("readinessGates").Select(g => g.Text("conditionType")).ToArray();
        if (gates.Length == 0)
            return null;
        var conditions = pod.Object("status").Objects("conditions").ToArray();
        return $"{gates.Count(g => conditions.Any(c => c.Text("type") == g && c.Text("status") == "True"))}/{gates.Length}";
    }

    private static string Status(JsonObject pod)
    {
        var status = pod.Object("status");
        var reason = status.Text("reason") is { Length: > 0 } given ? given : status.Text("phase") ?? "Unknown";
        if (status.Objects("conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
            reason = "SchedulingGated";
        var initializing = Initializing(pod, status, ref reason);
        if (!initializing)
            Running(status, ref reason);
        if (pod.Object("metadata")?["deletionTimestamp"] is null)
            return reason;
        return status.Text("reason") == "NodeLost" ? "Unknown" : status.Text("phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static bool Initializing(JsonObject pod, JsonObject? status, ref string reason)
    {
        var total = pod.Object("spec").Array("initContainers")?.Count ?? 0;
        var i = 0;
        foreach (var container in status.Objects("initContainerStatuses"))
        {
            var state = container.Object("state");
            var ended = state.Object("terminated");
            if (ended.Integer("exitCode") == 0 && ended is not null)
            {
                i++;
                continue;
            }

            if (container.Flag("started") == true && pod.Object("spec").Objects("initContainers").Any(c => c.Text("name") == container.Text("name") && c.Text("restartPolicy") == "Always"))
            {
                i++;
                continue;
            }

            if (ended is not null)
                reason = ended.Text("reason") is { Length: > 0 } why ? $"Init:{why}" : ended.Integer("signal") is { } signal and not 0 ? $"Init:Signal:{signal}" : $"Init:ExitCode:{ended.Integer("exitCode")}";
            else if (state.Object("waiting").Text("reason") is { Length: > 0 } waiting and not "PodInitializing")
                reason = $"Init:{waiting}";
            else
                reason = $"Init:{i}/{total}";
            return true;
        }

        return false;
    }

    private static void Running(JsonObject? status, ref string reason)
    {
        var running = false;
        foreach (var container in status.Objects("containerStatuses").Reverse())
        {
            var state = container.Object("state");
            if (state.Object("waiting").Text("reason") is { Length: > 0 } waiting)
                reason = waiting;
            else if (state.Object("terminated") is { } ended)
                reason = ended.Text("reason") is { Length: > 0 } why ? why : ended.Integer("signal") is { } signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{ended.Integer("exitCode")}";
            else if (container.Flag("ready") == true && state.Object("running") is not null)
                running = true;
        }

        if (reason == "Completed" && running)
            reason = status.Objects("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True") ? "Running" : "NotReady";
    }

    private static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        long count = 0;
        string? last = null;
        foreach (var container in pod.Object("status").Objects("containerStatuses"))
        {
            count += container.Integer("restartCount") ?? 0;
            if (container.Object("lastState").Object("terminated").Text("finishedAt") is { } finished && string.CompareOrdinal(finished, last) > 0)
                last = finished;
        }

        return count > 0 && last is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{count} ({Columns.AgeOf(last, now)} ago)")
            : count.ToString(CultureInfo.InvariantCulture);
    }
}
