using k8s.Models;
using Kube.Controllers.HorizontalPodAutoscalers;
using Kube.Tests.Scheduler;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class ReplicaCalculatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3, "300m,500m,700m", 30, 5)]
    [InlineData(3, "900m,950m,970m", 100, 3)]
    [InlineData(3, "100m,300m,500m", 50, 2)]
    [InlineData(3, "300m,300m,300m", 29, 3)]
    [InlineData(2, "1000m,1000m", 50, 4)]
    public void Utilisation_is_brought_to_its_target_within_a_tolerance(int current, string usage, int target, int replicas)
    {
        var used = usage.Split(',');
        var (pods, usages) = World([.. used.Select((u, i) => Pod($"p{i}"))], [.. used]);
        Assert.Equal(replicas, Utilization(target, current, pods, usages).Replicas);
    }

    [Fact]
    public void An_average_value_needs_no_requests_and_is_told()
    {
        var (pods, usages) = World([Pod("a", request: null), Pod("b", request: null)], ["200m", "400m"]);
        var metric = new V2MetricSpec { Type = "Resource", Resource = new V2ResourceMetricSource { Name = "cpu", Target = new V2MetricTarget { Type = "AverageValue", AverageValue = new ResourceQuantity("100m") } } };
        var proposal = ReplicaCalculator.Of(metric, 2, pods, usages, Now);
        Assert.Equal(6, proposal.Replicas);
        Assert.Equal("300m", (string?)proposal.Current["resource"]!["current"]!["averageValue"]);
    }

    [Fact]
    public void Pods_without_a_measurement_dampen_growth_and_shrinking()
    {
        // Two pods at 100 % of a target of 50 % would ask for 4; a third that is taken to use nothing leaves 100/150.
        var (pods, usages) = World([Pod("a"), Pod("b"), Pod("missing")], ["1000m", "1000m", null]);
        Assert.Equal(4, Utilization(50, 3, pods, usages).Replicas);

        // Two at 10 % ask for fewer; a third that is taken to use all it asked for turns the direction, so nothing is done.
        (pods, usages) = World([Pod("a"), Pod("b"), Pod("missing")], ["100m", "100m", null]);
        Assert.Equal(3, Utilization(30, 3, pods, usages).Replicas);
    }

    [Fact]
    public void Pods_that_are_not_ready_yet_hold_growth_back()
    {
        var starting = Pod("starting", ready: false, started: 60);
        var (pods, usages) = World([Pod("a"), Pod("b"), starting], ["1000m", "1000m", "1000m"]);
        Assert.Equal(4, Utilization(50, 3, pods, usages).Replicas);
        var pending = Pod("pending");
        pending.Status.Phase = "Pending";
        (pods, usages) = World([Pod("a"), Pod("b"), pending], ["100m", "100m", null]);
        Assert.Equal(1, Utilization(50, 3, pods, usages).Replicas);
    }

    [Fact]
    public void A_pod_that_was_ready_once_counts_although_it_is_not_now()
    {
        var (pods, usages) = World([Pod("a"), Pod("overloaded", ready: false, started: 3600)], ["1000m", "1000m"]);
        Assert.Equal(4, Utilization(50, 2, pods, usages).Replicas);
    }

    [Fact]
    public void One_container_can_be_looked_at_alone()
    {
        var (pods, usages) = World([Pod("a")], ["500m"]);
        usages["a"].Containers.Add(new ContainerUsage { Name = "sidecar", Usage = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("900m") } });
        pods[0].Spec.Containers.Add(new V1Container { Name = "sidecar" });
        var metric = new V2MetricSpec
        {
            Type = "ContainerResource",
            ContainerResource = new V2ContainerResourceMetricSource { Name = "cpu", Container = "c", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = 50 } },
        };
        Assert.Equal(50, (int?)ReplicaCalculator.Of(metric, 1, pods, usages, Now).Current["containerResource"]!["current"]!["averageUtilization"]);
    }

    [Fact]
    public void Missing_requests_and_missing_measurements_are_told()
    {
        var (pods, usages) = World([Pod("a", request: null)], ["100m"]);
        Assert.Contains("missing request for cpu in container c of Pod a", Assert.Throws<MetricException>(() => Utilization(50, 1, pods, usages)).Message, StringComparison.Ordinal);
        (pods, usages) = World([Pod("a")], [null]);
        Assert.Contains("did not receive metrics for targeted pods", Assert.Throws<MetricException>(() => Utilization(50, 1, pods, usages)).Message, StringComparison.Ordinal);
    }

    private static MetricProposal Utilization(int target, int current, List<V1Pod> pods, Dictionary<string, PodUsage> usages) => ReplicaCalculator.Of(
        new V2MetricSpec { Type = "Resource", Resource = new V2ResourceMetricSource { Name = "cpu", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = target } } }, current, pods, usages, Now);

    private static (List<V1Pod> Pods, Dictionary<string, PodUsage> Usages) World(List<V1Pod> pods, string?[] used)
    {
        var usages = new Dictionary<string, PodUsage>();
        for (var i = 0; i < pods.Count; i++)
        {
            if (used[i] is { } amount)
            {
                usages[pods[i].Metadata.Name] = new PodUsage
                {
                    Timestamp = Now.UtcDateTime,
                    Window = "15s",
                    Containers = [new ContainerUsage { Name = "c", Usage = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(amount) } }],
                };
            }
        }

        return (pods, usages);
    }

    private static V1Pod Pod(string name, string? request = "1", bool ready = true, double started = 3600)
    {
        var pod = Pods.Of(name, request ?? "0");
        if (request is null)
        {
            pod.Spec.Containers[0].Resources = null;
        }

        pod.Status = new V1PodStatus
        {
            Phase = "Running",
            StartTime = Now.AddSeconds(-started).UtcDateTime,
            Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(-started / 2).UtcDateTime }],
        };
        return pod;
    }
}
