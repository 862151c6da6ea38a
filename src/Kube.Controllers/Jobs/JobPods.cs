using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>What a job's pods say about themselves.</summary>
internal static class JobPods
{
    /// <summary>The finalizer that keeps a pod until its end has been counted.</summary>
    public const string Tracking = "batch.kubernetes.io/job-tracking";

    /// <summary>Annotation and label with the completion index.</summary>
    public const string CompletionIndex = "batch.kubernetes.io/job-completion-index";

    /// <summary>How often the pods before this one failed at its index.</summary>
    public const string FailureCount = "batch.kubernetes.io/job-index-failure-count";

    /// <summary>How many of them failed in a way that the pod failure policy ignores.</summary>
    public const string IgnoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count";

    public static bool IsTracked(this V1Pod pod) => pod.Metadata.Finalizers?.Contains(Tracking) == true;

    /// <summary>The completion index; null when it has none that could be one.</summary>
    public static int? Index(this V1Pod pod) => Number(pod, CompletionIndex);

    public static int Failures(this V1Pod pod) => Number(pod, FailureCount) ?? 0;

    public static int IgnoredFailures(this V1Pod pod) => Number(pod, IgnoredFailureCount) ?? 0;

    /// <summary>Being deleted, and not at its end yet.</summary>
    public static bool IsTerminating(this V1Pod pod) => pod.Metadata.DeletionTimestamp is not null && !pod.HasEnded();

    /// <summary>Whether it counts as failed. One that is being deleted does so at once unless only failed pods are to be replaced: nobody may be left to say how it ended.</summary>
    public static bool CountsAsFailed(this V1Pod pod, V1Job job) =>
        pod.Status?.Phase == "Failed" || (pod.IsTerminating() && !job.ReplacesFailedOnly());

    /// <summary>A pod is replaced when it has failed, not already when it is being deleted.</summary>
    public static bool ReplacesFailedOnly(this V1Job job) => job.Spec.PodReplacementPolicy == "Failed";

    /// <summary>When it ended, as well as can be known.</summary>
    public static DateTimeOffset EndedAt(this V1Pod pod)
    {
        var ended = (pod.Status?.ContainerStatuses ?? []).Max(c => c.State?.Terminated?.FinishedAt)
            ?? pod.Condition("Ready")?.LastTransitionTime
            ?? pod.Metadata.DeletionTimestamp
            ?? pod.Metadata.CreationTimestamp;
        return ended is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.MinValue;
    }

    private static int? Number(V1Pod pod, string annotation) =>
        pod.Metadata.Annotations is { } notes && notes.TryGetValue(annotation, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
