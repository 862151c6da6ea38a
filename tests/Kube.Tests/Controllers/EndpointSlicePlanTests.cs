using k8s.Models;
using Kube.Controllers.EndpointSlices;
using Kube.Tests.Scheduler;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class EndpointSlicePlanTests
{
    [Theory]
    [InlineData(true, false, true, true, false)]
    [InlineData(false, false, false, false, false)]
    [InlineData(true, true, false, true, true)]
    public void Conditions_follow_readiness_and_deletion(bool isReady, bool deleting, bool ready, bool serving, bool terminating)
    {
        var slice = EndpointSlicePlan.Of(Service("8080"), [Pod("a", "10.0.0.1", isReady, deleting)]).Values.Single();
        var conditions = slice["endpoints"]![0]!["conditions"]!;
        Assert.Equal((ready, serving, terminating), ((bool)conditions["ready"]!, (bool)conditions["serving"]!, (bool)conditions["terminating"]!));
    }

    [Fact]
    public void A_named_port_is_looked_up_in_each_pod()
    {
        var slices = EndpointSlicePlan.Of(Service("http"), [Pod("a", "10.0.0.1", port: 8080), Pod("b", "10.0.0.2", port: 9090)]);
        Assert.Equal([8080, 9090], slices.Values.Select(s => (int)s["ports"]![0]!["port"]!).Order());
    }

    [Fact]
    public void Names_and_content_do_not_depend_on_the_order_of_pods()
    {
        V1Pod[] pods = [.. Enumerable.Range(0, 150).Select(i => Pod($"p{i}", $"10.0.0.{i}"))];
        var one = EndpointSlicePlan.Of(Service("80"), pods);
        var other = EndpointSlicePlan.Of(Service("80"), pods.Reverse());
        Assert.Equal(2, one.Count);
        Assert.Equal(one.Select(s => s.Key + s.Value.ToJsonString()), other.Select(s => s.Key + s.Value.ToJsonString()));
    }

    [Fact]
    public void A_service_without_pods_has_one_empty_slice() =>
        Assert.Empty(EndpointSlicePlan.Of(Service("80"), []).Values.Single()["endpoints"]!.AsArray());

    private static V1Service Service(string target) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default", Uid = "web" },
        Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = "web" }, Ports = [new V1ServicePort { Port = 80, TargetPort = target }] },
    };

    private static V1Pod Pod(string name, string ip, bool ready = true, bool deleting = false, int port = 8080)
    {
        var pod = Pods.Of(name, with: s => s.Containers[0].Ports = [new V1ContainerPort { Name = "http", ContainerPort = port }]);
        pod.Metadata.DeletionTimestamp = deleting ? DateTime.UnixEpoch : null;
        pod.Status = new V1PodStatus { PodIP = ip, Phase = "Running", Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False" }] };
        return pod;
    }
}
