using k8s.Models;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Controllers;

/// <summary>Scheduler and controllers against the real API server, driven by the real kubectl; nodes are fake kubelets.</summary>
public sealed class ControllerTests : TwoNodes
{
    [Fact]
    public async Task A_deployment_rolls_out_is_undone_scales_and_takes_its_pods_along_when_it_goes()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=4");
        await KubectlAsync("expose", "deployment", "web", "--port=80");
        await KubectlAsync("rollout", "status", "deployment/web", "--timeout=50s");
        var pods = await PodsAsync(4);
        Assert.Equal([2, 2], pods.CountBy(p => p.Spec.NodeName).Select(c => c.Value));
        await Eventually.Async("four endpoints", ReadyEndpointsAsync, count => count == 4, Patience);

        await KubectlAsync("set", "image", "deployment/web", "web=registry.test/web:2");
        await KubectlAsync("rollout", "status", "deployment/web", "--timeout=50s");
        Assert.All(await PodsAsync(4), p => Assert.Equal("registry.test/web:2", p.Spec.Containers[0].Image));

        await KubectlAsync("rollout", "undo", "deployment/web");
        await KubectlAsync("rollout", "status", "deployment/web", "--timeout=50s");
        Assert.All(await PodsAsync(4), p => Assert.Equal("registry.test/web:1", p.Spec.Containers[0].Image));
        var history = await KubectlAsync("rollout", "history", "deployment/web");
        Assert.Equal(["2", "3"], history.Split('\n').Select(l => l.Split(' ')[0]).Where(l => l.All(char.IsDigit) && l.Length > 0));

        await KubectlAsync("scale", "deployment/web", "--replicas=1");
        await PodsAsync(1);
        await KubectlAsync("delete", "deployment/web");
        await PodsAsync(0);
        Assert.Empty((await Plane.Admin.Resource<V1ReplicaSet>().ListAsync("default", null, TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced_and_a_recreate_never_mixes_templates()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=2");
        var before = await PodsAsync(2);
        await KubectlAsync("delete", "pod", before[0].Metadata.Name, "--wait=false");
        await Eventually.Async("a replacement", () => ReadyPodsAsync(), now => now.Count == 2 && now.All(p => p.Metadata.Uid != before[0].Metadata.Uid), Patience);

        await KubectlAsync("patch", "deployment", "web", "--type=merge", "-p", """{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}""");
        await KubectlAsync("set", "image", "deployment/web", "web=registry.test/web:2");
        await KubectlAsync("rollout", "status", "deployment/web", "--timeout=50s");
        Assert.All(await PodsAsync(2), p => Assert.Equal("registry.test/web:2", p.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task Pods_of_a_lost_node_are_replaced_on_the_other()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=4");
        await KubectlAsync("expose", "deployment", "web", "--port=80");
        await PodsAsync(4);
        await Two.KillAsync();
        await Eventually.Async("four ready pods on the node that is left", () => ReadyPodsAsync(), pods => pods.Count == 4 && pods.All(p => p.Spec.NodeName == "one"), Patience);
        await Eventually.Async("four endpoints", ReadyEndpointsAsync, count => count == 4, Patience);
        var taints = await KubectlAsync("get", "node", "two", "-o", "jsonpath={.spec.taints[*].key}");
        Assert.Contains("node.kubernetes.io/unreachable", taints, StringComparison.Ordinal);

        await KubectlAsync("delete", "node", "two");
        await Eventually.Async("no pod on the node that is gone", AllPodsAsync, pods => pods.All(p => p.Spec.NodeName == "one"), Patience);
    }

    [Fact]
    public async Task A_namespace_goes_with_all_it_holds_and_every_namespace_has_its_service_account()
    {
        await KubectlAsync("create", "namespace", "shop");
        await Eventually.Async("the service account", () => Plane.Admin.Resource<V1ServiceAccount>().GetAsync("shop", "default", TestContext.Current.CancellationToken), a => a is not null, Patience);
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "-n", "shop");
        await KubectlAsync("create", "configmap", "settings", "--from-literal=a=b", "-n", "shop");
        await KubectlAsync("delete", "namespace", "shop", "--timeout=50s");
        Assert.Null(await Plane.Admin.Resource<V1Namespace>().GetAsync(null, "shop", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pod_too_large_for_every_node_says_why_and_each_node_has_its_own_pod_range()
    {
        await KubectlAsync("create", "deployment", "big", "--image=registry.test/web:1");
        await KubectlAsync("set", "resources", "deployment/big", "--requests=cpu=64");
        await Eventually.Async(
            "a FailedScheduling event",
            () => KubectlAsync("get", "events", "-o", "jsonpath={.items[?(@.reason==\"FailedScheduling\")].message}"),
            text => text.Contains("0/2 nodes are available: 2 Insufficient cpu.", StringComparison.Ordinal),
            Patience);
        var ranges = await Eventually.Async("pod ranges", () => KubectlAsync("get", "nodes", "-o", "jsonpath={.items[*].spec.podCIDR}"), text => text.Split(' ').Distinct().Count() == 2, Patience);
        Assert.All(ranges.Split(' '), r => Assert.StartsWith("10.244.", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Foreground_deletion_waits_for_dependents_and_orphans_stay()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=2");
        await PodsAsync(2);
        await KubectlAsync("delete", "deployment", "web", "--cascade=orphan");
        var sets = (await Plane.Admin.Resource<V1ReplicaSet>().ListAsync("default", null, TestContext.Current.CancellationToken)).Items;
        Assert.Empty(Assert.Single(sets).Metadata.OwnerReferences ?? []);
        await KubectlAsync("delete", "replicaset", sets[0].Metadata.Name, "--cascade=foreground", "--timeout=50s");
        Assert.Empty(await AllPodsAsync());
    }

    private Task<IReadOnlyList<V1Pod>> PodsAsync(int count) =>
        Eventually.Async($"{count} ready pods and no other", AllPodsAsync, pods => pods.Count == count && pods.All(IsReady), Patience);

    private async Task<IReadOnlyList<V1Pod>> ReadyPodsAsync() => [.. (await AllPodsAsync()).Where(p => IsReady(p) && p.Metadata.DeletionTimestamp is null)];

    private async Task<IReadOnlyList<V1Pod>> AllPodsAsync() => (await Plane.Admin.Resource<V1Pod>().ListAsync("default", null, TestContext.Current.CancellationToken)).Items;

    private async Task<int> ReadyEndpointsAsync()
    {
        var slices = await Plane.Admin.Resource<V1EndpointSlice>().ListAsync("default", new ListQuery { LabelSelector = "kubernetes.io/service-name=web" }, TestContext.Current.CancellationToken);
        return slices.Items.SelectMany(s => s.Endpoints ?? []).Count(e => e.Conditions.Ready == true);
    }
}
