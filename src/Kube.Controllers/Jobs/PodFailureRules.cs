using System.Globalization;
using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>Holds failed pods against a pod failure policy: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy.</summary>
internal static class PodFailureRules
{
    /// <summary>What the first rule that matches asks for, and in words which it was.</summary>
    public static (PodFailureAction Action, string Message) Judge(V1PodFailurePolicy? policy, V1Pod pod)
    {
        if (policy is null || pod.Status?.Phase != "Failed")
        {
            return (PodFailureAction.Count, "");
        }

        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            var because = rule.OnExitCodes is { } codes ? ByExitCode(codes, pod) : ByCondition(rule.OnPodConditions ?? [], pod);
            if (because is not null && Enum.TryParse<PodFailureAction>(rule.Action, out var action))
            {
                return (action, string.Create(CultureInfo.InvariantCulture, $"{because} matching {rule.Action} rule at index {i}"));
            }
        }

        return (PodFailureAction.Count, "");
    }

    private static string? ByExitCode(V1PodFailurePolicyOnExitCodesRequirement codes, V1Pod pod)
    {
        foreach (var container in (pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.ContainerStatuses ?? []))
        {
            if ((codes.ContainerName is null || codes.ContainerName == container.Name)
                && container.State?.Terminated is { ExitCode: not 0 } end
                && codes.Values.Contains(end.ExitCode) == (codes.OperatorProperty == "In"))
            {
                return string.Create(CultureInfo.InvariantCulture, $"Container {container.Name} for pod {Names.Of(pod)} failed with exit code {end.ExitCode}");
            }
        }

        return null;
    }

    private static string? ByCondition(IEnumerable<V1PodFailurePolicyOnPodConditionsPattern> patterns, V1Pod pod)
    {
        foreach (var pattern in patterns)
        {
            if (pod.Condition(pattern.Type)?.Status == (pattern.Status ?? "True"))
            {
                return $"Pod {Names.Of(pod)} has condition {pattern.Type}";
            }
        }

        return null;
    }
}
