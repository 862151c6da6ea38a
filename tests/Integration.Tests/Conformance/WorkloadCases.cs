using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-apps] Deployments, ReplicaSets, disruption budgets; [sig-scheduling].</summary>
public sealed class WorkloadCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Deployments = "[sig-apps] Deployment ";
    private const string Sets = "[sig-apps] ReplicaSet ";
    private const string Budgets = "[sig-apps] DisruptionController ";
    private const string Scheduler = "[sig-scheduling] SchedulerPredicates [Serial] ";

    [Fact]
    [Trait(Trait, Deployments + "Deployment should have a working scale subresource")]
    public Task A_deployment_scales() => ScalesAsync("deployments", "Deployment");

    [Fact]
    [Trait(Trait, Sets + "Replicaset should have a working scale subresource")]
    public Task A_replica_set_scales() => ScalesAsync("replicasets", "ReplicaSet");

    [Fact]
    [Trait(Trait, "[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource")]
    public Task A_stateful_set_scales() => ScalesAsync("statefulsets", "StatefulSet");

    [Fact]
    [Trait(Trait, "[sig-apps] ReplicationController should get and update a ReplicationController scale")]
    public async Task A_replication_controller_scales()
    {
        var path = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/replicationcontrollers";
        await Api.CreateAsync(path, Workload("v1", "ReplicationController", "w", 0));
        await ScaledAsync($"{path}/w", from: 0);
    }

    [Fact]
    [Trait(Trait, Deployments + "RollingUpdateDeployment should delete old pods and create new ones")]
    [Trait(Trait, Deployments + "should run the lifecycle of a Deployment")]
    public async Task A_rolling_update_replaces_the_pods()
    {
        var path = await DeployAsync(2, "");
        await Api.MergeAsync(path, "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}");
        await ImageAsync(path, "registry.test/x:2");
        await RolledOutAsync(path, 2);
        await OnlyImageAsync(path, "registry.test/x:2", 2);
        await Api.DeleteAsync(path);
        await GoneAsync(path);
    }

    [Fact]
    [Trait(Trait, Deployments + "RecreateDeployment should delete old pods and create new ones")]
    public async Task Recreate_takes_the_old_pods_down_first()
    {
        var path = await DeployAsync(1, "'strategy':{'type':'Recreate'},");
        var pods = PodsOf(path);
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await ImageAsync(path, "registry.test/x:2");
        await RolledOutAsync(path, 1);
        await OnlyImageAsync(path, "registry.test/x:2", 1);
        var living = new HashSet<string> { "registry.test/x:1" };
        foreach (var change in await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1"))
        {
            var image = (string)change["object"]!["spec"]!["containers"]![0]!["image"]!;
            if ((string)change["type"]! == "DELETED")
                living.Remove(image);
            else
                living.Add(image);
            Assert.True(living.Count < 2, "old and new pods lived at the same time");
        }
    }

    [Fact]
    [Trait(Trait, Deployments + "deployment should delete old replica sets")]
    public async Task Old_replica_sets_go_beyond_the_history_limit()
    {
        var path = await DeployAsync(1, "'revisionHistoryLimit':0,");
        await ImageAsync(path, "registry.test/x:2");
        await RolledOutAsync(path, 1);
        await Eventually.Async("one replica set", () => NamesAsync($"{path[..path.LastIndexOf("/deployments", StringComparison.Ordinal)]}/replicasets"), names => names.Length == 1, Patience);
    }

    [Fact]
    [Trait(Trait, Deployments + "deployment should support rollover")]
    public async Task A_change_during_a_rollout_rolls_over()
    {
        var path = await DeployAsync(2, "");
        foreach (var image in (string[])["registry.test/x:2", "registry.test/x:3", "registry.test/x:4"])
            await ImageAsync(path, image);
        await RolledOutAsync(path, 2);
        await OnlyImageAsync(path, "registry.test/x:4", 2);
    }

    [Fact]
    [Trait(Trait, Deployments + "deployment should support proportional scaling")]
    public async Task Scaling_during_a_rollout_is_shared_between_the_sets()
    {
        // The new image never becomes ready on the fake nodes: its pods want a node that is not there.
        var path = await DeployAsync(4, "'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1,'maxUnavailable':1}},");
        await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"none\":\"such\"}}}}}", "application/strategic-merge-patch+json");
        var sets = $"{path[..path.LastIndexOf("/deployments", StringComparison.Ordinal)]}/replicasets";
        await Eventually.Async("a rollout that is stuck half way", () => ReplicasAsync(sets), r => r.Length == 2 && r.Sum() == 5 && r.Min() == 2, Patience);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":10}}");
        await Eventually.Async("replicas shared in proportion", () => ReplicasAsync(sets), r => r.Length == 2 && r.Sum() == 11 && r.Min() >= 3, Patience);
    }

    [Fact]
    [Trait(Trait, Sets + "should adopt matching pods on creation and release no longer matching pods")]
    public async Task A_replica_set_adopts_and_releases()
    {
        var ns = await Suite.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        await Api.CreateAsync(pods, Pod("orphan", labels: "'app':'w'"));
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/replicasets", Workload("apps/v1", "ReplicaSet", "w", 1));
        await UntilAsync($"{pods}/orphan", p => (string?)p["metadata"]!["ownerReferences"]?[0]?["name"] == "w");
        await Api.MergeAsync($"{pods}/orphan", "{\"metadata\":{\"labels\":{\"app\":\"other\"}}}");
        await UntilAsync($"{pods}/orphan", p => p["metadata"]!["ownerReferences"] is null);
    }

    [Fact]
    [Trait(Trait, Budgets + "should observe PodDisruptionBudget status updated")]
    [Trait(Trait, Budgets + "should block an eviction until the PDB is updated to allow it")]
    public async Task A_budget_blocks_an_eviction_until_it_allows_it()
    {
        var ns = await Suite.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        var budget = $"/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets";
        await Api.CreateAsync(budget, Document("{'metadata':{'name':'b'},'spec':{'minAvailable':2,'selector':{'matchLabels':{'app':'x'}}}}"));
        foreach (var name in (string[])["a", "b"])
            await Api.CreateAsync(pods, Pod(name));
        await UntilAsync($"{pods}/a", p => (string?)p["status"]?["phase"] == "Running");
        await NeedControllerAsync($"{budget}/b", b => (int?)b["status"]?["currentHealthy"] == 2, "the controller of disruption budgets");
        var eviction = Document("{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'a'}}").ToJsonString();
        (await Api.SendAsync(HttpMethod.Post, $"{pods}/a/eviction", eviction)).Refused(429, "TooManyRequests");
        await Api.MergeAsync($"{budget}/b", "{\"spec\":{\"minAvailable\":1}}");
        await Eventually.Async("the eviction is allowed", () => Api.SendAsync(HttpMethod.Post, $"{pods}/a/eviction", eviction), answer => answer.Code == 201, Patience);
        await GoneAsync($"{pods}/a");
    }

    [Fact]
    [Trait(Trait, Scheduler + "validates that NodeSelector is respected if matching")]
    [Trait(Trait, Scheduler + "validates that NodeSelector is respected if not matching")]
    public async Task A_node_selector_is_respected()
    {
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        await Api.MergeAsync("/api/v1/nodes/two", "{\"metadata\":{\"labels\":{\"chosen\":\"yes\"}}}");
        await Api.CreateAsync(pods, Pod("a", ",'nodeSelector':{'chosen':'yes'}"));
        await Api.CreateAsync(pods, Pod("b", ",'nodeSelector':{'chosen':'no'}"));
        await UntilAsync($"{pods}/a", p => (string?)p["spec"]!["nodeName"] == "two");
        await UntilAsync($"{pods}/b", Unschedulable);
    }

    [Fact]
    [Trait(Trait, Scheduler + "validates resource limits of pods that are allowed to run")]
    public async Task A_pod_that_fits_nowhere_waits()
    {
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        var pod = Pod("large");
        pod["spec"]!["containers"]![0]!["resources"] = Document("{'requests':{'cpu':'64'}}");
        await Api.CreateAsync(pods, pod);
        Assert.Contains("Insufficient cpu", (string)(await UntilAsync($"{pods}/large", Unschedulable))["status"]!["conditions"]!.AsArray().Single(c => (string)c!["type"]! == "PodScheduled")!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Trait, Scheduler + "validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP")]
    [Trait(Trait, "[sig-network] HostPort validates that there is no conflict between pods with same hostPort but different hostIP and protocol [LinuxOnly]")]
    public async Task Host_ports_conflict_where_addresses_overlap()
    {
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        async Task<JsonObject> PodOf(string name, string ip, string protocol, int port)
        {
            var pod = Pod(name, ",'nodeSelector':{'hostport':'one'}");
            pod["spec"]!["containers"]![0]!["ports"] = new JsonArray(Document($"{{'containerPort':80,'hostPort':{port},'protocol':'{protocol}'{(ip.Length > 0 ? $",'hostIP':'{ip}'" : "")}}}"));
            return (JsonObject)await Api.CreateAsync(pods, pod);
        }

        await Api.MergeAsync("/api/v1/nodes/one", "{\"metadata\":{\"labels\":{\"hostport\":\"one\"}}}");
        await PodOf("a", "127.0.0.1", "TCP", 54321);
        await UntilAsync($"{pods}/a", Scheduled);
        await PodOf("b", "127.0.0.2", "TCP", 54321);
        await PodOf("c", "127.0.0.2", "UDP", 54321);
        await UntilAsync($"{pods}/b", Scheduled);
        await UntilAsync($"{pods}/c", Scheduled);
        await PodOf("d", "", "TCP", 54321);
        await UntilAsync($"{pods}/d", Unschedulable);
    }

    [Fact]
    [Trait(Trait, "[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.")]
    public async Task A_limit_range_gives_defaults_and_bounds()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/limitranges", Document("{'metadata':{'name':'l'},'spec':{'limits':[{'type':'Container','min':{'cpu':'50m'},'max':{'cpu':'500m'},'default':{'cpu':'500m'},'defaultRequest':{'cpu':'100m'}}]}}"));
        var pod = await Api.CreateAsync($"{root}/pods", Pod("plain"));
        Assert.Equal("500m", (string)pod["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"]!);
        Assert.Equal("100m", (string)pod["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"]!);
        foreach (var cpu in (string[])["10m", "600m"])
        {
            var outside = Pod("outside");
            outside["spec"]!["containers"]![0]!["resources"] = Document($"{{'requests':{{'cpu':'{cpu}'}},'limits':{{'cpu':'{cpu}'}}}}");
            (await Api.SendAsync(HttpMethod.Post, $"{root}/pods", outside.ToJsonString())).Refused(403, "Forbidden");
        }
    }

    private static bool Scheduled(JsonNode pod) => pod["spec"]!["nodeName"] is not null;

    private static bool Unschedulable(JsonNode pod) =>
        pod["status"]?["conditions"] is JsonArray conditions && conditions.Any(c => (string)c!["type"]! == "PodScheduled" && (string?)c["reason"] == "Unschedulable");

    private static string PodsOf(string deployment) => $"/api/v1/namespaces/{deployment.Split('/')[5]}/pods";

    private async Task ScalesAsync(string plural, string kind)
    {
        var path = $"/apis/apps/v1/namespaces/{await Suite.NamespaceAsync()}/{plural}";
        await Api.CreateAsync(path, Workload("apps/v1", kind, "w", 1));
        await ScaledAsync($"{path}/w", from: 1);
    }

    private async Task ScaledAsync(string path, int from)
    {
        var scale = await Api.GetAsync($"{path}/scale");
        Assert.Equal("Scale", (string)scale["kind"]!);
        Assert.Equal(from, (int?)scale["spec"]!["replicas"] ?? 0);
        scale["spec"]!["replicas"] = 2;
        scale["metadata"]!.AsObject().Remove("resourceVersion");
        Assert.Equal(2, (int)(await Api.PutAsync($"{path}/scale", scale))["spec"]!["replicas"]!);
        await UntilAsync(path, w => Ready(w) == 2);
        Assert.Equal(4, (int)(await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":4}}"))["spec"]!["replicas"]!);
        Assert.Equal(4, (int)(await Api.GetAsync(path))["spec"]!["replicas"]!);
    }

    private async Task<string> DeployAsync(int replicas, string more)
    {
        var path = $"/apis/apps/v1/namespaces/{await Suite.NamespaceAsync()}/deployments";
        await Api.CreateAsync(path, Workload("apps/v1", "Deployment", "d", replicas, more));
        await RolledOutAsync($"{path}/d", replicas);
        return $"{path}/d";
    }

    private Task<JsonNode> RolledOutAsync(string path, int replicas) => UntilAsync(path, d =>
        (long?)d["status"]?["observedGeneration"] == (long)d["metadata"]!["generation"]! && Ready(d) == replicas
        && (int?)d["status"]!["updatedReplicas"] == replicas && (int?)d["status"]!["replicas"] == replicas);

    private async Task ImageAsync(string path, string image) =>
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" + image + "\"}]}}}}", "application/strategic-merge-patch+json")).Code);

    private Task<string[]> OnlyImageAsync(string path, string image, int count) => Eventually.Async(
        $"{count} pods of {image} and no other",
        async () => (await Api.GetAsync(PodsOf(path)))["items"]!.AsArray().Select(p => (string)p!["spec"]!["containers"]![0]!["image"]!).ToArray(),
        images => images.Length == count && images.All(i => i == image),
        Patience);

    private async Task<int[]> ReplicasAsync(string sets) => [.. (await Api.GetAsync(sets))["items"]!.AsArray().Select(s => (int)s!["spec"]!["replicas"]!)];
}
