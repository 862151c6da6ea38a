using System.Text.Json.Nodes;
using Integration.Tests.Kubectl;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-apps] StatefulSet, on fake nodes whose pods are ready at once; a case makes them unready by their status.</summary>
public sealed class StatefulSetCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Sets = "[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] ";
    private const string NotReady = "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}";
    private const string IsReady = "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}";
    private static int s_runs = 7000;

    [Fact]
    [Trait(Trait, Sets + "Scaling should happen in predictable order and halt if any stateful pod is unhealthy [Slow]")]
    public async Task Pods_come_and_go_in_order_and_wait_for_the_healthy()
    {
        var (path, pods) = await RunningAsync(1);
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await StatusAsync($"{pods}/s-0", NotReady);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":3}}");
        await ObservedAsync(path);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal(["s-0"], await NamesAsync(pods));
        await StatusAsync($"{pods}/s-0", IsReady);
        await UntilAsync(path, s => Ready(s) == 3);

        foreach (var pod in (string[])["s-0", "s-1", "s-2"])
            await StatusAsync($"{pods}/{pod}", NotReady);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":0}}");
        await ObservedAsync(path);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await NamesAsync(pods)).Length);
        foreach (var pod in (string[])["s-0", "s-1", "s-2"])
            await StatusAsync($"{pods}/{pod}", IsReady);
        await Eventually.Async("no pods", () => NamesAsync(pods), names => names.Length == 0, Patience);

        var events = await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1");
        string[] Order(string type) => [.. events.Where(e => (string)e["type"]! == type).Select(e => (string)e["object"]!["metadata"]!["name"]!)];
        Assert.Equal(["s-1", "s-2"], Order("ADDED"));
        Assert.Equal(["s-2", "s-1", "s-0"], Order("DELETED"));
    }

    [Fact]
    [Trait(Trait, Sets + "Burst scaling should run to completion even with unhealthy pods [Slow]")]
    public async Task In_parallel_nobody_waits_for_anybody()
    {
        var (path, pods) = await RunningAsync(1, "'podManagementPolicy':'Parallel',");
        await StatusAsync($"{pods}/s-0", NotReady);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":3}}");
        await UntilAsync(path, s => (int?)s["status"]!["replicas"] == 3 && Ready(s) == 2);
        await StatusAsync($"{pods}/s-2", NotReady);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":0}}");
        await Eventually.Async("no pods", () => NamesAsync(pods), names => names.Length == 0, Patience);
    }

    [Fact]
    [Trait(Trait, Sets + "Should recreate evicted statefulset")]
    public async Task A_failed_pod_comes_again_under_its_name()
    {
        var (_, pods) = await RunningAsync(1);
        var uid = (string)(await Api.GetAsync($"{pods}/s-0"))["metadata"]!["uid"]!;
        await StatusAsync($"{pods}/s-0", "{\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\"}}");
        await Eventually.Async(
            "another pod of the name",
            () => Api.SendAsync(HttpMethod.Get, $"{pods}/s-0"),
            answer => answer.Code == 200 && (string)answer.Json["metadata"]!["uid"]! != uid && (string?)answer.Json["status"]!["phase"] == "Running",
            Patience);
    }

    [Fact]
    [Trait(Trait, Sets + "should perform rolling updates and roll backs of template modifications")]
    public async Task A_template_rolls_out_and_back()
    {
        var (path, pods) = await RunningAsync(3);
        var first = (string)(await Api.GetAsync(path))["status"]!["currentRevision"]!;
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await ImageAsync(path, "registry.test/x:2");
        var updated = await RolledOutAsync(path, 3);
        Assert.NotEqual(first, (string)updated["status"]!["currentRevision"]!);
        await ImagesAsync(pods, "registry.test/x:2", "registry.test/x:2", "registry.test/x:2");
        var gone = (await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1")).Where(e => (string)e["type"]! == "DELETED").Select(e => (string)e["object"]!["metadata"]!["name"]!);
        Assert.Equal(["s-2", "s-1", "s-0"], gone);
        await ImageAsync(path, "registry.test/x:1");
        Assert.Equal(first, (string)(await RolledOutAsync(path, 3))["status"]!["currentRevision"]!);
        var revisions = await NamesAsync($"{path[..path.LastIndexOf("/statefulsets", StringComparison.Ordinal)]}/controllerrevisions");
        Assert.Equal(2, revisions.Length);
    }

    [Fact]
    [Trait(Trait, Sets + "should perform canary updates and phased rolling updates of template modifications")]
    public async Task A_partition_holds_an_update_back()
    {
        var (path, pods) = await RunningAsync(3, "'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':3}},");
        await ImageAsync(path, "registry.test/x:2");
        await UntilAsync(path, s => (string?)s["status"]!["updateRevision"] != (string?)s["status"]!["currentRevision"]);
        await ImagesAsync(pods, "registry.test/x:1", "registry.test/x:1", "registry.test/x:1");
        await PartitionAsync(path, 2);
        await ImagesAsync(pods, "registry.test/x:1", "registry.test/x:1", "registry.test/x:2");

        // What is lost comes again with the revision of its side of the partition.
        foreach (var pod in (string[])["s-0", "s-2"])
            await Api.DeleteAsync($"{pods}/{pod}");
        await UntilAsync(path, s => Ready(s) == 3 && (int?)s["status"]!["updatedReplicas"] == 1 && (int?)s["status"]!["currentReplicas"] == 2);
        await ImagesAsync(pods, "registry.test/x:1", "registry.test/x:1", "registry.test/x:2");
        await PartitionAsync(path, 0);
        await ImagesAsync(pods, "registry.test/x:2", "registry.test/x:2", "registry.test/x:2");
    }

    [Fact]
    public async Task Each_pod_has_a_claim_of_its_own_that_goes_as_the_policy_says()
    {
        const string claims = "'persistentVolumeClaimRetentionPolicy':{'whenDeleted':'Retain','whenScaled':'Delete'},'volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'none','resources':{'requests':{'storage':'1Gi'}}}}],";
        var ns = await Suite.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets/s";
        var volumes = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        await Api.CreateAsync(path[..^2], Workload("apps/v1", "StatefulSet", "s", 2, "'serviceName':'s','podManagementPolicy':'Parallel'," + claims));
        await Eventually.Async("two claims", () => NamesAsync(volumes), names => names.Order().SequenceEqual(["data-s-0", "data-s-1"]), Patience);
        Assert.Equal("data-s-1", (string)(await UntilAsync($"/api/v1/namespaces/{ns}/pods/s-1", _ => true))["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]!);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":1}}");
        await UntilAsync($"{volumes}/data-s-1", c => c["metadata"]!["deletionTimestamp"] is not null || (string?)c["metadata"]!["ownerReferences"]?[0]?["kind"] == "Pod");
        Assert.Null((await Api.GetAsync($"{volumes}/data-s-0"))["metadata"]!["ownerReferences"]);
    }

    [Fact]
    public async Task Kubectl_follows_lists_and_undoes_a_rollout()
    {
        var k = new MatrixRun(Suite.Server, Interlocked.Increment(ref s_runs));
        await k.Ok($"create namespace {k.Namespace}");
        await k.In(Workload("apps/v1", "StatefulSet", "s", 2, "'serviceName':'s',").ToJsonString(), "create -f -");
        await k.Ok("rollout status statefulset/s --timeout=50s", "partitioned roll out complete");
        await k.Ok("set image statefulset/s c=registry.test/x:2");
        await k.Ok("rollout status statefulset/s --timeout=50s");
        await k.Is("pod s-0", ".spec.containers[0].image", "registry.test/x:2");
        await k.Ok("rollout history statefulset/s", "1", "2");
        await k.Ok("rollout history statefulset/s --revision=1", "registry.test/x:1");
        await k.Ok("rollout undo statefulset/s", "rolled back");
        await k.Ok("rollout status statefulset/s --timeout=50s");
        await k.Is("pod s-0", ".spec.containers[0].image", "registry.test/x:1");
        await k.Ok("rollout restart statefulset/s", "restarted");
        await k.Ok("rollout status statefulset/s --timeout=50s");
    }

    private async Task<(string Path, string Pods)> RunningAsync(int replicas, string more = "")
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets";
        await Api.CreateAsync(path, Workload("apps/v1", "StatefulSet", "s", replicas, "'serviceName':'s'," + more));
        await UntilAsync($"{path}/s", s => Ready(s) == replicas && s["status"]!["currentRevision"] is not null);
        return ($"{path}/s", $"/api/v1/namespaces/{ns}/pods");
    }

    private async Task StatusAsync(string pod, string patch) =>
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, $"{pod}/status", patch, "application/strategic-merge-patch+json")).Code);

    private Task<JsonNode> ObservedAsync(string path) => UntilAsync(path, s => (long?)s["status"]!["observedGeneration"] == (long)s["metadata"]!["generation"]!);

    private async Task ImageAsync(string path, string image) =>
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" + image + "\"}]}}}}", "application/strategic-merge-patch+json")).Code);

    private Task<JsonNode> PartitionAsync(string path, int partition) => Api.MergeAsync(path, $"{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"partition\":{partition}}}}}}}}}");

    private Task<JsonNode> RolledOutAsync(string path, int replicas) => UntilAsync(path, s =>
        (long?)s["status"]!["observedGeneration"] == (long)s["metadata"]!["generation"]! && Ready(s) == replicas
        && (int?)s["status"]!["updatedReplicas"] == replicas && (string?)s["status"]!["currentRevision"] == (string?)s["status"]!["updateRevision"]);

    private Task<string[]> ImagesAsync(string pods, params string[] images) => Eventually.Async(
        $"the images {string.Join(", ", images)}",
        async () => (await Api.GetAsync(pods))["items"]!.AsArray().OrderBy(p => (string)p!["metadata"]!["name"]!, StringComparer.Ordinal).Select(p => (string)p!["spec"]!["containers"]![0]!["image"]!).ToArray(),
        seen => seen.SequenceEqual(images),
        Patience);
}
