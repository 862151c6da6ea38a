using k8s.Models;
using Kube.Controllers.Disruption;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class DisruptionPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2", null, 4, 2, 4, 2)]
    [InlineData("100%", null, 4, 4, 4, 0)]
    [InlineData("51%", null, 4, 3, 4, 1)]
    [InlineData(null, "1", 4, 3, 4, 1)]
    [InlineData(null, "30%", 4, 2, 4, 2)]
    [InlineData(null, "10", 4, 0, 4, 4)]
    [InlineData("9", null, 4, 9, 4, 0)]
    public void What_must_be_healthy_follows_from_the_budget(string? minimum, string? unavailable, int expected, int desired, int healthy, int allowed)
    {
        var plan = DisruptionPlan.Of(Budget(minimum, unavailable), Pods(4), 4, Now);
        Assert.Equal((expected, desired, healthy, allowed), (plan.Expected, plan.Desired, plan.Healthy, plan.Allowed));
    }

    [Fact]
    public void A_granted_eviction_counts_until_its_pod_is_gone_or_two_minutes_are_over()
    {
        var budget = Budget("2", null);
        budget.Status = new V1PodDisruptionBudgetStatus
        {
            DisruptedPods = new Dictionary<string, DateTime?> { ["p0"] = Now.UtcDateTime.AddSeconds(-5), ["p1"] = Now.UtcDateTime.AddMinutes(-3), ["gone"] = Now.UtcDateTime },
        };
        var plan = DisruptionPlan.Of(budget, Pods(4), 4, Now);
        Assert.Equal(["p0"], plan.Evicting.Keys);
        Assert.Equal((3, 1), (plan.Healthy, plan.Allowed));
        Assert.Equal(TimeSpan.FromSeconds(115), plan.Recheck(Now));
    }

    [Fact]
    public void Missing_replicas_allow_nothing_and_no_pods_at_all_allow_nothing()
    {
        Assert.Equal(0, DisruptionPlan.Of(Budget(null, "1"), Pods(3), 4, Now).Allowed);
        Assert.Equal(0, DisruptionPlan.Of(Budget("0", null), [], 0, Now).Allowed);
    }

    private static List<V1Pod> Pods(int count) => [.. Enumerable.Range(0, count).Select(i => new V1Pod
    {
        Metadata = new V1ObjectMeta { Name = $"p{i}" },
        Status = new V1PodStatus { Phase = "Running", Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }] },
    })];

    private static V1PodDisruptionBudget Budget(string? minimum, string? unavailable) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web" },
        Spec = new V1PodDisruptionBudgetSpec { MinAvailable = minimum is null ? null : (IntOrString)minimum, MaxUnavailable = unavailable is null ? null : (IntOrString)unavailable },
    };
}
