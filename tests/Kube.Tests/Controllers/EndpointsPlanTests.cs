using k8s.Models;
using Kube.Controllers.Endpoints;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class EndpointsPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ready_and_not_ready_pods_stand_in_their_own_lists_of_one_subset()
    {
        var plan = EndpointsPlan.Of(Service(), [Pod("a", "10.0.0.1"), Pod("b", "10.0.0.2", ready: false)], default);
        var subset = Assert.Single(plan.Subsets)!;
        Assert.Equal("10.0.0.1", (string)subset["addresses"]![0]!["ip"]!);
        Assert.Equal("10.0.0.2", (string)subset["notReadyAddresses"]![0]!["ip"]!);
        Assert.Equal(8080, (int)subset["ports"]![0]!["port"]!);
        Assert.Equal(("Pod", "a", "n"), ((string)subset["addresses"]![0]!["targetRef"]!["kind"]!, (string)subset["addresses"]![0]!["targetRef"]!["name"]!, (string)subset["addresses"]![0]!["nodeName"]!));
    }

    [Fact]
    public void A_service_that_publishes_all_calls_every_pod_ready_even_one_that_is_going()
    {
        var service = Service();
        service.Spec.PublishNotReadyAddresses = true;
        var going = Pod("b", "10.0.0.2", ready: false);
        going.Metadata.DeletionTimestamp = Now.UtcDateTime;
        var subset = Assert.Single(EndpointsPlan.Of(service, [Pod("a", "10.0.0.1", ready: false), going], default).Subsets)!;
        Assert.Equal(2, subset["addresses"]!.AsArray().Count);
        Assert.Null(subset["notReadyAddresses"]);
    }

    [Fact]
    public void Pods_without_an_address_ended_or_going_are_left_out()
    {
        var going = Pod("going", "10.0.0.2");
        going.Metadata.DeletionTimestamp = Now.UtcDateTime;
        var ended = Pod("ended", "10.0.0.3");
        ended.Status.Phase = "Succeeded";
        Assert.Empty(EndpointsPlan.Of(Service(), [going, ended, Pod("waiting", "")], default).Subsets);
    }

    [Fact]
    public void Pods_whose_named_port_differs_are_in_subsets_of_their_own_and_one_without_it_is_in_none()
    {
        var service = Service();
        service.Spec.Ports[0].TargetPort = "web";
        var plan = EndpointsPlan.Of(service, [Pod("a", "10.0.0.1", port: 80), Pod("b", "10.0.0.2", port: 81), Pod("c", "10.0.0.3", portName: "other")], default);
        Assert.Equal([80, 81], plan.Subsets.Select(s => (int)s!["ports"]![0]!["port"]!).Order());
        Assert.All(plan.Subsets, s => Assert.Single(s!["addresses"]!.AsArray()));
    }

    [Fact]
    public void A_headless_service_without_ports_still_has_addresses_and_its_pods_their_names()
    {
        var service = Service();
        service.Spec.ClusterIP = "None";
        service.Spec.Ports = null;
        var pod = Pod("a", "10.0.0.1");
        pod.Spec.Hostname = "first";
        pod.Spec.Subdomain = "web";
        var subset = Assert.Single(EndpointsPlan.Of(service, [pod], default).Subsets)!;
        Assert.Null(subset["ports"]);
        Assert.Equal("first", (string)subset["addresses"]![0]!["hostname"]!);
    }

    [Fact]
    public void Beyond_a_thousand_the_ready_ones_stay()
    {
        var pods = Enumerable.Range(0, 1100).Select(i => Pod($"p{i:D4}", $"10.0.{i / 250}.{i % 250}", ready: i >= 200)).ToList();
        var plan = EndpointsPlan.Of(Service(), pods, default);
        Assert.True(plan.Truncated);
        var subset = Assert.Single(plan.Subsets)!;
        Assert.Equal((900, 100), (subset["addresses"]!.AsArray().Count, subset["notReadyAddresses"]!.AsArray().Count));
    }

    [Fact]
    public void The_change_that_led_here_is_the_first_that_was_not_known()
    {
        var pods = new[] { Pod("a", "10.0.0.1", since: -60), Pod("b", "10.0.0.2", since: -20), Pod("c", "10.0.0.3", since: -10) };
        Assert.Equal(Now.AddSeconds(-20), EndpointsPlan.Of(Service(), pods, Now.AddSeconds(-30)).ChangedAt);
        Assert.Null(EndpointsPlan.Of(Service(), pods, Now).ChangedAt);
    }

    private static V1Service Service() => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default", Uid = "web" },
        Spec = new V1ServiceSpec { ClusterIP = "10.96.0.9", Selector = new Dictionary<string, string> { ["app"] = "web" }, Ports = [new V1ServicePort { Port = 80, TargetPort = 8080 }] },
    };

    private static V1Pod Pod(string name, string address, bool ready = true, int port = 8080, string portName = "web", int since = 0) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Uid = name },
        Spec = new V1PodSpec { NodeName = "n", Containers = [new V1Container { Name = "c", Ports = [new V1ContainerPort { Name = portName, ContainerPort = port }] }] },
        Status = new V1PodStatus
        {
            Phase = "Running",
            PodIP = address,
            Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(since).UtcDateTime }],
        },
    };
}
