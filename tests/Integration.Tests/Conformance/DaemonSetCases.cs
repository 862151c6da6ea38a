using System.Text.Json.Nodes;
using Integration.Tests.Kubectl;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-apps] Daemon set and ControllerRevision, on two fake nodes.</summary>
public sealed class DaemonSetCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Daemons = "[sig-apps] Daemon set [Serial] should ";
    private static int s_runs = 8000;

    [Fact]
    [Trait(Trait, Daemons + "run and stop simple daemon")]
    public async Task A_daemon_runs_on_every_node_and_comes_again()
    {
        var (path, pods) = await RunningAsync();
        var list = (await Api.GetAsync(pods))["items"]!.AsArray();
        Assert.Equal(["one", "two"], list.Select(p => (string)p!["spec"]!["nodeName"]!).Order());
        await Api.DeleteAsync($"{pods}/{(string)list[0]!["metadata"]!["name"]!}");
        await RunsAsync(path, 2);
        await Api.DeleteAsync(path);
        await Eventually.Async("no pods", () => NamesAsync(pods), names => names.Length == 0, Patience);
    }

    [Fact]
    [Trait(Trait, Daemons + "run and stop complex daemon")]
    public async Task A_daemon_follows_the_labels_of_nodes()
    {
        var (path, pods) = await RunningAsync("'nodeSelector':{'colour':'blue'},", 0);
        Assert.Empty(await NamesAsync(pods));
        await LabelAsync("one", "\"blue\"");
        await RunsAsync(path, 1);
        await LabelAsync("one", "\"green\"");
        await Eventually.Async("no pods", () => NamesAsync(pods), names => names.Length == 0, Patience);
        await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"colour\":\"green\"}}}}}", "application/merge-patch+json");
        await RunsAsync(path, 1);
        await LabelAsync("one", "null");
        await RunsAsync(path, 0);
    }

    [Fact]
    [Trait(Trait, Daemons + "retry creating failed daemon pods")]
    public async Task A_failed_daemon_pod_is_replaced()
    {
        var (path, pods) = await RunningAsync();
        var failed = (await Api.GetAsync(pods))["items"]![0]!["metadata"]!;
        await Api.MergeAsync($"{pods}/{(string)failed["name"]!}/status", "{\"status\":{\"phase\":\"Failed\"}}");
        await Eventually.Async(
            "the failed pod is replaced",
            async () => (await Api.GetAsync(pods))["items"]!.AsArray().Select(p => ((string)p!["metadata"]!["uid"]!, (string?)p["status"]!["phase"])).ToArray(),
            seen => seen.Length == 2 && seen.All(p => p.Item1 != (string)failed["uid"]! && p.Item2 == "Running"),
            Patience);
        await RunsAsync(path, 2);
    }

    [Fact]
    [Trait(Trait, Daemons + "update pod when spec was updated and update strategy is RollingUpdate")]
    public async Task A_daemon_rolls_one_node_after_the_other()
    {
        var (path, pods) = await RunningAsync();
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await ImageAsync(path, "registry.test/x:2");
        await UntilAsync(path, d => Observed(d) && Count(d, "updatedNumberScheduled") == 2 && Count(d, "numberAvailable") == 2);
        Assert.All((await Api.GetAsync(pods))["items"]!.AsArray(), p => Assert.Equal("registry.test/x:2", (string)p!["spec"]!["containers"]![0]!["image"]!));
        var living = 2;
        foreach (var type in (await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1")).Select(e => (string)e["type"]!))
        {
            living += type switch { "ADDED" => 1, "DELETED" => -1, _ => 0 };
            Assert.InRange(living, 1, 2);
        }
    }

    [Fact]
    [Trait(Trait, Daemons + "rollback without unnecessary restarts")]
    public async Task A_rollback_leaves_pods_alone_that_were_not_updated()
    {
        var (path, pods) = await RunningAsync();
        var before = (await Api.GetAsync(pods))["items"]!.AsArray().Select(p => (string)p!["metadata"]!["uid"]!).ToArray();

        // The new pods find no node: the rollout stands still with one node of two.
        await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"registry.test/x:2\",\"resources\":{\"requests\":{\"cpu\":\"64\"}}}]}}}}", "application/strategic-merge-patch+json");
        await UntilAsync(path, d => Observed(d) && Count(d, "updatedNumberScheduled") == 1 && Count(d, "numberAvailable") == 1);
        await Api.SendAsync(HttpMethod.Patch, path, "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"registry.test/x:1\"},{\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0/resources/requests\"}]", "application/json-patch+json");
        await UntilAsync(path, d => Observed(d) && Count(d, "updatedNumberScheduled") == 2 && Count(d, "numberAvailable") == 2);
        var after = (await Api.GetAsync(pods))["items"]!.AsArray().Select(p => (string)p!["metadata"]!["uid"]!);
        Assert.Single(after.Intersect(before));
    }

    [Fact]
    public async Task A_surge_puts_the_new_pod_beside_the_old()
    {
        var (path, pods) = await RunningAsync(more: "'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1,'maxUnavailable':0}},");
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await ImageAsync(path, "registry.test/x:2");
        await UntilAsync(path, d => Observed(d) && Count(d, "updatedNumberScheduled") == 2 && Count(d, "numberAvailable") == 2);
        await Eventually.Async("two pods", () => NamesAsync(pods), names => names.Length == 2, Patience);
        var living = 2;
        foreach (var type in (await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1")).Select(e => (string)e["type"]!))
        {
            living += type switch { "ADDED" => 1, "DELETED" => -1, _ => 0 };
            Assert.InRange(living, 2, 3);
        }
    }

    [Fact]
    public async Task Kubectl_follows_and_undoes_a_rollout()
    {
        var k = new MatrixRun(Suite.Server, Interlocked.Increment(ref s_runs));
        await k.Ok($"create namespace {k.Namespace}");
        await k.In(Daemon().ToJsonString(), "create -f -");
        await k.Ok("rollout status daemonset/d --timeout=50s", "successfully rolled out");
        await k.Ok("set image daemonset/d c=registry.test/x:2");
        await k.Ok("rollout status daemonset/d --timeout=50s", "successfully rolled out");
        await k.Ok("rollout history daemonset/d", "1", "2");
        await k.Ok("rollout undo daemonset/d", "rolled back");
        await k.Ok("rollout status daemonset/d --timeout=50s", "successfully rolled out");
        await k.Is("daemonset d", ".spec.template.spec.containers[0].image", "registry.test/x:1");
        Assert.Equal("registry.test/x:1 registry.test/x:1", (await k.Ok("get pods -o jsonpath={.items[*].spec.containers[0].image}")).Trim());
    }

    [Fact]
    [Trait(Trait, "[sig-apps] ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision")]
    public async Task Revisions_take_every_verb_and_come_again_while_they_are_in_use()
    {
        var (path, _) = await RunningAsync();
        var all = $"{path[..path.LastIndexOf("/daemonsets", StringComparison.Ordinal)]}/controllerrevisions";
        var first = (await Api.GetAsync($"{all}?labelSelector=app%3Dd"))["items"]!.AsArray().Single()!;
        var name = (string)first["metadata"]!["name"]!;
        Assert.Equal("DaemonSet", (string)first["metadata"]!["ownerReferences"]![0]!["kind"]!);
        Assert.Equal("yes", (string)(await Api.MergeAsync($"{all}/{name}", "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}"))["metadata"]!["labels"]!["patched"]!);
        var copy = (JsonObject)first.DeepClone();
        copy["metadata"] = new JsonObject { ["name"] = "own", ["labels"] = Document("{'own':'yes'}") };
        copy["revision"] = 7;
        var own = await Api.CreateAsync(all, copy);
        own["metadata"]!["labels"]!["updated"] = "yes";
        Assert.Equal("yes", (string)(await Api.PutAsync($"{all}/own", own))["metadata"]!["labels"]!["updated"]!);
        await Api.DeleteAsync($"{all}/own");
        await GoneAsync($"{all}/own");

        await Api.DeleteAsync($"{all}/{name}");
        await Eventually.Async("the revision in use is back", () => NamesAsync($"{all}?labelSelector=app%3Dd"), names => names.Length == 1, Patience);
        await ImageAsync(path, "registry.test/x:2");
        await Eventually.Async("a second revision", () => NamesAsync($"{all}?labelSelector=app%3Dd"), names => names.Length == 2, Patience);
        await Api.DeleteAsync($"{all}?labelSelector=app%3Dd");
        await Eventually.Async("one is made again", () => NamesAsync($"{all}?labelSelector=app%3Dd"), names => names.Length >= 1, Patience);
    }

    private static JsonObject Daemon(string spec = "", string more = "") => Document(
        $"{{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{{'name':'d','labels':{{'app':'d'}}}},'spec':{{{more}'selector':{{'matchLabels':{{'app':'d'}}}},'template':{{'metadata':{{'labels':{{'app':'d'}}}},'spec':{{{spec}'terminationGracePeriodSeconds':0,'containers':[{{'name':'c','image':'registry.test/x:1'}}]}}}}}}}}");

    private static int Count(JsonNode daemon, string field) => (int?)daemon["status"]?[field] ?? 0;

    private static bool Observed(JsonNode daemon) => (long?)daemon["status"]?["observedGeneration"] == (long)daemon["metadata"]!["generation"]!;

    private async Task<(string Path, string Pods)> RunningAsync(string spec = "", int nodes = 2, string more = "")
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/daemonsets";
        await Api.CreateAsync(path, Daemon(spec, more));
        await RunsAsync($"{path}/d", nodes);
        return ($"{path}/d", $"/api/v1/namespaces/{ns}/pods");
    }

    private Task<JsonNode> RunsAsync(string path, int nodes) => UntilAsync(path, d =>
        Observed(d) && Count(d, "desiredNumberScheduled") == nodes && Count(d, "numberAvailable") == nodes && Count(d, "currentNumberScheduled") == nodes && Count(d, "numberMisscheduled") == 0);

    private Task<JsonNode> LabelAsync(string node, string colour) => Api.MergeAsync($"/api/v1/nodes/{node}", $"{{\"metadata\":{{\"labels\":{{\"colour\":{colour}}}}}}}");

    private async Task ImageAsync(string path, string image) =>
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, path, "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" + image + "\"}]}}}}", "application/strategic-merge-patch+json")).Code);
}
