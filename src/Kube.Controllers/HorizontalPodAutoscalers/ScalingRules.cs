using k8s.Models;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>How fast one direction may go (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior).</summary>
/// <param name="Window">For how long the most cautious recommendation holds.</param>
/// <param name="Select"><c>Max</c>, <c>Min</c> or <c>Disabled</c>.</param>
/// <param name="Policies">How much within what time.</param>
internal sealed record ScalingRules(TimeSpan Window, string Select, IReadOnlyList<V2HPAScalingPolicy> Policies)
{
    private static readonly V2HPAScalingPolicy Double = new() { Type = "Percent", Value = 100, PeriodSeconds = 15 };
    private static readonly V2HPAScalingPolicy Four = new() { Type = "Pods", Value = 4, PeriodSeconds = 15 };
    private static readonly ScalingRules DefaultUp = new(TimeSpan.Zero, "Max", [Four, Double]);
    private static readonly ScalingRules DefaultDown = new(TimeSpan.FromMinutes(5), "Max", [Double]);

    public static ScalingRules Up(V2HorizontalPodAutoscaler autoscaler) => Of(autoscaler.Spec.Behavior?.ScaleUp, DefaultUp);

    public static ScalingRules Down(V2HorizontalPodAutoscaler autoscaler) => Of(autoscaler.Spec.Behavior?.ScaleDown, DefaultDown);

    /// <summary>The most pods there may be now.</summary>
    public int Highest(int current, Func<TimeSpan, (int Added, int Removed)> within) =>
        Math.Max(current, Select switch
        {
            "Disabled" => current,
            "Min" => Policies.Min(p => Grown(p, current, within)),
            _ => Policies.Max(p => Grown(p, current, within)),
        });

    /// <summary>The fewest pods there may be now.</summary>
    public int Lowest(int current, Func<TimeSpan, (int Added, int Removed)> within) =>
        Math.Min(current, Select switch
        {
            "Disabled" => current,
            "Min" => Policies.Max(p => Shrunk(p, current, within)),
            _ => Policies.Min(p => Shrunk(p, current, within)),
        });

    private static ScalingRules Of(V2HPAScalingRules? rules, ScalingRules otherwise) => rules is null
        ? otherwise
        : new ScalingRules(
            rules.StabilizationWindowSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : otherwise.Window,
            rules.SelectPolicy ?? otherwise.Select,
            rules.Policies is { Count: > 0 } policies ? [.. policies] : otherwise.Policies);

    private static int Grown(V2HPAScalingPolicy policy, int current, Func<TimeSpan, (int Added, int Removed)> within)
    {
        var start = Start(policy, current, within);
        return policy.Type == "Pods" ? start + policy.Value : (int)Math.Ceiling(start * (1 + (policy.Value / 100.0)));
    }

    private static int Shrunk(V2HPAScalingPolicy policy, int current, Func<TimeSpan, (int Added, int Removed)> within)
    {
        var start = Start(policy, current, within);
        return policy.Type == "Pods" ? start - policy.Value : (int)(start * (1 - (policy.Value / 100.0)));
    }

    // How many there were when the policy's period began.
    private static int Start(V2HPAScalingPolicy policy, int current, Func<TimeSpan, (int Added, int Removed)> within)
    {
        var (added, removed) = within(TimeSpan.FromSeconds(policy.PeriodSeconds));
        return current - added + removed;
    }
}
