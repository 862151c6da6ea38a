using k8s.Models;
using Kube.Controllers.HorizontalPodAutoscalers;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class ScalingDecisionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ScalingHistory _history = new();

    [Fact]
    public void Growth_doubles_or_adds_four_within_fifteen_seconds()
    {
        Assert.Equal((5, true, "ScaleUpLimit"), Of(Decide(Autoscaler(), 1, 50, 0)));
        _history.Changed(4, Start);
        Assert.Equal(5, Decide(Autoscaler(), 5, 50, 10).Replicas);
        Assert.Equal(10, Decide(Autoscaler(), 5, 50, 20).Replicas);
    }

    [Fact]
    public void Shrinking_waits_five_minutes_for_a_higher_recommendation_to_grow_old()
    {
        var first = Decide(Autoscaler(), 10, 2, 0);
        Assert.Equal((10, "ScaleDownStabilized"), (first.Replicas, first.Able.Reason));
        Assert.Equal(10, Decide(Autoscaler(), 10, 7, 60).Replicas);
        Assert.Equal(7, Decide(Autoscaler(), 10, 3, 301).Replicas);
        Assert.Equal(3, Decide(Autoscaler(), 7, 3, 400).Replicas);
    }

    [Fact]
    public void A_window_for_growth_takes_the_lowest_recommendation_in_it()
    {
        var autoscaler = Autoscaler(up: new V2HPAScalingRules { StabilizationWindowSeconds = 60 });
        Assert.Equal((3, "ScaleUpStabilized"), (Decide(autoscaler, 3, 6, 0).Replicas, Decide(autoscaler, 3, 6, 30).Able.Reason));
        Assert.Equal(6, Decide(autoscaler, 3, 8, 61).Replicas);
    }

    [Theory]
    [InlineData("Max", 14)]
    [InlineData("Min", 11)]
    [InlineData("Disabled", 10)]
    public void Of_several_policies_one_is_selected(string select, int replicas) =>
        Assert.Equal(replicas, Decide(Autoscaler(up: new V2HPAScalingRules { SelectPolicy = select, Policies = [Policy("Pods", 4, 60), Policy("Percent", 10, 60)] }), 10, 100, 0).Replicas);

    [Fact]
    public void A_shrinking_policy_counts_what_went_within_its_period()
    {
        var autoscaler = Autoscaler(down: new V2HPAScalingRules { StabilizationWindowSeconds = 0, Policies = [Policy("Pods", 2, 60)] });
        Assert.Equal((8, true, "ScaleDownLimit"), Of(Decide(autoscaler, 10, 1, 0)));
        _history.Changed(-2, Start);
        Assert.Equal(8, Decide(autoscaler, 8, 1, 30).Replicas);
        Assert.Equal(6, Decide(autoscaler, 8, 1, 61).Replicas);
    }

    [Fact]
    public void Bounds_hold_whatever_the_metrics_ask_for()
    {
        Assert.Equal((20, true, "TooManyReplicas"), Of(Decide(Autoscaler(), 18, 50, 0)));
        var now = new V2HPAScalingRules { StabilizationWindowSeconds = 0 };
        Assert.Equal((2, true, "TooFewReplicas"), Of(Decide(Autoscaler(down: now, min: 2), 3, 1, 1000)));
        Assert.Equal((4, false, "DesiredWithinRange"), Of(Decide(Autoscaler(down: now), 4, 4, 2000)));
    }

    private static (int, bool, string) Of(ScalingDecision decision) => (decision.Replicas, decision.Limited, decision.Limit.Reason);

    private ScalingDecision Decide(V2HorizontalPodAutoscaler autoscaler, int current, int desired, double seconds) =>
        ScalingDecision.Of(autoscaler, _history, current, desired, Start.AddSeconds(seconds));

    private static V2HPAScalingPolicy Policy(string type, int value, int seconds) => new() { Type = type, Value = value, PeriodSeconds = seconds };

    private static V2HorizontalPodAutoscaler Autoscaler(V2HPAScalingRules? up = null, V2HPAScalingRules? down = null, int min = 1) => new()
    {
        Metadata = new V1ObjectMeta { Name = "h" },
        Spec = new V2HorizontalPodAutoscalerSpec { MinReplicas = min, MaxReplicas = 20, Behavior = new V2HorizontalPodAutoscalerBehavior { ScaleUp = up, ScaleDown = down } },
    };
}
