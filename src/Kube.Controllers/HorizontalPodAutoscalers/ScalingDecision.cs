using k8s.Models;

namespace Kube.Controllers.HorizontalPodAutoscalers;

/// <summary>How many replicas a target is to have.</summary>
/// <param name="Replicas">The number.</param>
/// <param name="Able">Reason and message of condition AbleToScale.</param>
/// <param name="Limited">Whether a bound or a rate held it back.</param>
/// <param name="Limit">Reason and message of condition ScalingLimited.</param>
internal sealed record ScalingDecision(int Replicas, (string Reason, string Message) Able, bool Limited, (string Reason, string Message) Limit)
{
    /// <summary>Takes what the metrics ask for through stabilisation, rates and bounds.</summary>
    public static ScalingDecision Of(V2HorizontalPodAutoscaler autoscaler, ScalingHistory history, int current, int desired, DateTimeOffset now)
    {
        var (up, down) = (ScalingRules.Up(autoscaler), ScalingRules.Down(autoscaler));
        var stable = history.Stabilize(current, desired, up.Window, down.Window, now);
        var able = stable == desired
            ? ("ReadyForNewScale", "recommended size matches current size")
            : desired > stable
                ? ("ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation")
                : ("ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
        var (min, max) = (autoscaler.Spec.MinReplicas ?? 1, autoscaler.Spec.MaxReplicas);
        (int, int) Within(TimeSpan period) => history.Within(period, now);
        if (stable > current)
        {
            var rate = up.Highest(current, Within);
            if (stable > Math.Min(max, rate))
            {
                return rate < max
                    ? new ScalingDecision(rate, able, true, ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"))
                    : new ScalingDecision(max, able, true, ("TooManyReplicas", "the desired replica count is more than the maximum replica count"));
            }
        }
        else if (stable < current)
        {
            var rate = down.Lowest(current, Within);
            if (stable < Math.Max(min, rate))
            {
                return rate > min
                    ? new ScalingDecision(rate, able, true, ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"))
                    : new ScalingDecision(min, able, true, ("TooFewReplicas", "the desired replica count is less than the minimum replica count"));
            }
        }

        return stable > max
            ? new ScalingDecision(max, able, true, ("TooManyReplicas", "the desired replica count is more than the maximum replica count"))
            : stable < min
                ? new ScalingDecision(min, able, true, ("TooFewReplicas", "the desired replica count is less than the minimum replica count"))
                : new ScalingDecision(stable, able, false, ("DesiredWithinRange", "the desired count is within the acceptable range"));
    }
}
