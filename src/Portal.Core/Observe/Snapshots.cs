using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Portal.Core.Compile;
using Portal.Core.Releases;

namespace Portal.Core.Observe;

/// <summary>Derives what people see from watched objects. Pure: objects and the newest rollout in, a snapshot out.</summary>
internal static class Snapshots
{
    private const int MaxEvents = 50;

    public static AppSnapshot Of(
      string app, IEnumerable<V1Deployment> deployments, IEnumerable<V1Pod> pods, IEnumerable<Corev1Event> events, RolloutView? rollout, bool isFresh, DateTimeOffset now, TimeSpan age)
    {
        var own = deployments.Where(d => Label(d.Metadata, Labels.App) == app).OrderBy(d => d.Metadata.Name, StringComparer.Ordinal).ToList();
        var instances = pods.Where(p => Label(p.Metadata, Labels.App) == app).Select(Instance)
          .OrderBy(i => i.Process, StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal).ToImmutableArray();
        ImmutableArray<ProcessView> processes = [.. own.Select(Process)];
        var (health, reason) = isFresh ? Health(own, processes, instances, rollout) : (HealthState.Unknown, $"The cluster was last heard of {age.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s ago.");
        return new(app, health, reason, processes, instances, Events(app, own, events), rollout, now, age);
    }

    public static InstanceView Instance(V1Pod pod)
    {
        var status = pod.Status?.ContainerStatuses?.FirstOrDefault();
        var ready = pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) ?? false;
        return new(
          pod.Metadata.Name, Label(pod.Metadata, Labels.Process) ?? "", Phase(pod, status), ready, status?.RestartCount ?? 0,
          int.TryParse(Label(pod.Metadata, Labels.Release), CultureInfo.InvariantCulture, out var release) ? release : 0,
          pod.Spec?.NodeName, ready ? null : Message(pod, status), Utc(status?.State?.Running?.StartedAt));
    }

    private static string Phase(V1Pod pod, V1ContainerStatus? status)
    {
        if (pod.Metadata.DeletionTimestamp is not null) return "Stopping";
        if (pod.Status?.Phase is "Succeeded" or "Failed" or "Unknown") return pod.Status.Phase;
        if (status?.State?.Waiting?.Reason is "CrashLoopBackOff" or "ImagePullBackOff" or "ErrImagePull" or "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" or "InvalidImageName")
            return "Crashing";
        if (status?.State?.Terminated is not null) return "Crashing";
        if (status?.State?.Running is not null) return "Running";
        return pod.Spec?.NodeName is null ? "Pending" : "Starting";
    }

    private static string? Message(V1Pod pod, V1ContainerStatus? status)
    {
        if (status?.State?.Waiting is { Reason: not null and not "ContainerCreating" and not "PodInitializing" } waiting) return Sentence(waiting.Reason, waiting.Message ?? Last(status));
        if (status?.State?.Terminated is { } ended) return Sentence(ended.Reason ?? "Ended", $"exit code {ended.ExitCode}");
        if (pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" }) is { } unplaced) return Sentence(unplaced.Reason ?? "Unschedulable", unplaced.Message);
        if (pod.Status?.Message is { Length: > 0 } message) return Sentence(pod.Status.Reason ?? pod.Status.Phase, message);
        return pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Ready", Status: "False", Message.Length: > 0 })?.Message;
    }

    private static string? Last(V1ContainerStatus status) => status.LastState?.Terminated is { } ended ? $"it last ended with exit code {ended.ExitCode}" : null;

    private static string Sentence(string reason, string? message) => string.IsNullOrEmpty(message) ? reason : $"{reason}: {message}";

    private static ProcessView Process(V1Deployment deployment) => new(
      Label(deployment.Metadata, Labels.Process) ?? deployment.Metadata.Name, deployment.Spec?.Replicas ?? 1, deployment.Status?.ReadyReplicas ?? 0,
      (deployment.Status?.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0) ? deployment.Status?.UpdatedReplicas ?? 0 : 0);

    private static (HealthState Health, string Reason) Health(
      List<V1Deployment> deployments, ImmutableArray<ProcessView> processes, ImmutableArray<InstanceView> instances, RolloutView? rollout)
    {
        var rolling = rollout?.State.IsActive() == true;
        var current = deployments.All(d => (d.Status?.ObservedGeneration ?? 0) >= (d.Metadata.Generation ?? 0));
        var complete = current && processes.All(p => p.Updated >= p.Desired && p.Ready >= p.Desired) && deployments.All(d => (d.Status?.Replicas ?? 0) <= (d.Spec?.Replicas ?? 1));
        if (deployments.Count == 0 && rollout?.State == RolloutState.AwaitingApproval) return (HealthState.Missing, "Its first release waits for approval.");
        if (deployments.Count == 0) return rolling ? (HealthState.Progressing, "Being created.") : (HealthState.Missing, "Nothing of it exists in the cluster.");
        if (complete && rollout?.State is not (RolloutState.Queued or RolloutState.Releasing or RolloutState.Applying or RolloutState.Shifting or RolloutState.Promoting))
            return processes.All(p => p.Desired == 0) ? (HealthState.Suspended, "Scaled to zero.") : (HealthState.Healthy, "");

        var trouble = instances.FirstOrDefault(i => i is { Phase: "Crashing" or "Failed", Message: not null })?.Message ?? instances.FirstOrDefault(i => i.Message is not null)?.Message;
        var count = string.Join(", ", processes.Where(p => p.Ready < p.Desired || p.Updated < p.Desired).Select(p => $"{p.Name}: {Math.Min(p.Ready, p.Desired)} of {p.Desired} ready"));
        var reason = string.Join(". ", new[] { count, trouble }.Where(text => !string.IsNullOrEmpty(text)));
        if (rolling) return (HealthState.Progressing, reason.Length > 0 ? reason : "Instances are being replaced.");
        // After a rollout something is short: on its way back while instances merely start, degraded as soon as one says why it cannot.
        return (HealthState.Degraded, rollout?.State == RolloutState.Failed && rollout.Message.Length > 0 ? rollout.Message : reason);
    }

    private static ImmutableArray<EventView> Events(string app, List<V1Deployment> deployments, IEnumerable<Corev1Event> events)
    {
        var names = deployments.Select(d => d.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        bool IsOwn(V1ObjectReference about) => about.Kind switch
        {
            "Deployment" => names.Contains(about.Name),
            "ReplicaSet" => IsChild(names, about.Name, 1),
            "Pod" => IsChild(names, about.Name, 2),
            "Ingress" or "Service" or "ServiceAccount" => about.Name == app,
            _ => false,
        };

        return
        [
          .. events.Where(e => e.InvolvedObject is { Name: not null } about && IsOwn(about))
        .Select(e => new EventView(
          Utc(e.LastTimestamp ?? e.EventTime ?? e.FirstTimestamp ?? e.Metadata.CreationTimestamp) ?? DateTimeOffset.UnixEpoch, e.Type == "Warning", e.Reason ?? "", e.Message ?? "",
          $"{e.InvolvedObject.Kind}/{e.InvolvedObject.Name}", Math.Max(1, e.Count ?? e.Series?.Count ?? 1)))
        .OrderByDescending(e => e.At).Take(MaxEvents),
    ];
    }

    /// <summary>Whether a generated name is a deployment's and so many generated parts: hello-web-5d8f, hello-web-5d8f-x2x4z. Tells hello-web from hello-web-a.</summary>
    private static bool IsChild(HashSet<string> parents, string name, int parts)
    {
        for (; parts > 0; parts--)
        {
            var cut = name.LastIndexOf('-');
            if (cut <= 0) return false;
            name = name[..cut];
        }

        return parents.Contains(name);
    }

    private static string? Label(V1ObjectMeta metadata, string key) => metadata.Labels is { } labels && labels.TryGetValue(key, out var value) ? value : null;

    private static DateTimeOffset? Utc(DateTime? time) => time is { } value ? new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)) : null;
}
