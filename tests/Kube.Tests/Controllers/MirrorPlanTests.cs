using k8s.Models;
using Kube.Controllers.EndpointSliceMirroring;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class MirrorPlanTests
{
    [Fact]
    public void Endpoints_become_one_slice_a_set_of_ports_and_address_family()
    {
        var slices = MirrorPlan.Of(Endpoints("10.1.2.3", "fd00::1")).Values;
        Assert.Equal(["IPv4", "IPv6"], slices.Select(s => (string)s["addressType"]!).Order());
        Assert.All(slices, s =>
        {
            Assert.Equal("web", (string)s["metadata"]!["labels"]!["kubernetes.io/service-name"]!);
            Assert.Equal("endpointslicemirroring-controller.k8s.io", (string)s["metadata"]!["labels"]!["endpointslice.kubernetes.io/managed-by"]!);
            Assert.Equal("Endpoints", (string)s["metadata"]!["ownerReferences"]![0]!["kind"]!);
            Assert.Equal(("http", 80), ((string)s["ports"]![0]!["name"]!, (int)s["ports"]![0]!["port"]!));
            Assert.True((bool)s["endpoints"]![0]!["conditions"]!["ready"]!);
        });
    }

    [Fact]
    public void Names_stay_when_only_addresses_change() =>
        Assert.Equal(MirrorPlan.Of(Endpoints("10.1.2.3")).Keys, MirrorPlan.Of(Endpoints("10.1.2.4")).Keys);

    [Fact]
    public void Only_endpoints_of_a_service_without_selector_that_do_not_refuse_are_mirrored()
    {
        var plain = new V1Service { Spec = new V1ServiceSpec() };
        Assert.True(MirrorPlan.IsMirrored(Endpoints("10.1.2.3"), plain));
        Assert.False(MirrorPlan.IsMirrored(Endpoints("10.1.2.3"), null));
        Assert.False(MirrorPlan.IsMirrored(Endpoints("10.1.2.3"), new V1Service { Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["a"] = "b" } } }));
        var refusing = Endpoints("10.1.2.3");
        refusing.Metadata.Labels = new Dictionary<string, string> { ["endpointslice.kubernetes.io/skip-mirror"] = "true" };
        Assert.False(MirrorPlan.IsMirrored(refusing, plain));
        var elected = Endpoints("10.1.2.3");
        elected.Metadata.Annotations = new Dictionary<string, string> { ["control-plane.alpha.kubernetes.io/leader"] = "{}" };
        Assert.False(MirrorPlan.IsMirrored(elected, plain));
    }

    private static V1Endpoints Endpoints(params string[] addresses) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default", Uid = "web" },
        Subsets = [new V1EndpointSubset { Addresses = [.. addresses.Select(a => new V1EndpointAddress { Ip = a })], Ports = [new Corev1EndpointPort { Name = "http", Port = 80 }] }],
    };
}
