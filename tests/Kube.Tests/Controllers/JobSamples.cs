using k8s.Models;
using Kube.Controllers.Jobs;
using Kube.Tests.Scheduler;

namespace Kube.Tests.Controllers;

/// <summary>Jobs and their pods for the tests.</summary>
internal static class JobSamples
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static V1Job Job(int? completions = 1, int parallelism = 1, string mode = "NonIndexed", Action<V1JobSpec>? with = null)
    {
        var spec = new V1JobSpec
        {
            Completions = completions,
            Parallelism = parallelism,
            CompletionMode = mode,
            BackoffLimit = 6,
            Template = new V1PodTemplateSpec { Spec = new V1PodSpec { RestartPolicy = "Never" } },
        };
        with?.Invoke(spec);
        return new V1Job
        {
            Metadata = new V1ObjectMeta { Name = "j", NamespaceProperty = "default", Uid = "j", ResourceVersion = "1" },
            Spec = spec,
            Status = new V1JobStatus { StartTime = Now.AddMinutes(-10).UtcDateTime, UncountedTerminatedPods = new V1UncountedTerminatedPods() },
        };
    }

    public static V1Pod Pod(string name, string phase = "Running", int? index = null, int? exitCode = null, double endedBefore = 3600, int failures = 0, bool tracked = true)
    {
        var pod = Pods.Of(name);
        pod.Metadata.Finalizers = tracked ? [JobPods.Tracking] : null;
        pod.Metadata.Annotations = new Dictionary<string, string> { [JobPods.FailureCount] = failures.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (index is { } number)
        {
            pod.Metadata.Annotations[JobPods.CompletionIndex] = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        pod.Status = new V1PodStatus { Phase = phase };
        if (phase is "Succeeded" or "Failed")
        {
            var end = new V1ContainerStateTerminated { ExitCode = exitCode ?? (phase == "Failed" ? 1 : 0), FinishedAt = Now.AddSeconds(-endedBefore).UtcDateTime };
            pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "c", State = new V1ContainerState { Terminated = end } }];
        }

        return pod;
    }

    public static V1Pod Going(this V1Pod pod)
    {
        pod.Metadata.DeletionTimestamp = Now.UtcDateTime;
        return pod;
    }

    public static JobPlan Plan(V1Job job, params V1Pod[] pods) => JobPlan.Of(job, pods, settled: true, Now);

    public static IEnumerable<string> NamesOf(IEnumerable<V1Pod> pods) => pods.Select(p => p.Metadata.Name);
}
