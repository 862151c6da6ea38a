using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-apps] ReplicationController, and what the garbage collector makes of their pods.</summary>
public sealed class ReplicationControllerCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Controllers = "[sig-apps] ReplicationController should ";
    private const string Collector = "[sig-api-machinery] Garbage collector should ";

    [Fact]
    [Trait(Trait, Controllers + "adopt matching pods on creation")]
    [Trait(Trait, Controllers + "release no longer matching pods")]
    public async Task A_replication_controller_adopts_and_releases()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/pods", Pod("orphan", labels: "'app':'w'"));
        await Api.CreateAsync($"{root}/replicationcontrollers", Workload("v1", "ReplicationController", "w", 1));
        await UntilAsync($"{root}/pods/orphan", p => (string?)p["metadata"]!["ownerReferences"]?[0]?["kind"] == "ReplicationController");
        Assert.Equal(["orphan"], await NamesAsync($"{root}/pods"));
        await Api.MergeAsync($"{root}/pods/orphan", "{\"metadata\":{\"labels\":{\"app\":\"other\"}}}");
        await UntilAsync($"{root}/pods/orphan", p => p["metadata"]!["ownerReferences"] is null);
        await Eventually.Async("another pod in its place", () => NamesAsync($"{root}/pods?labelSelector=app%3Dw"), names => names.Length == 1, Patience);
    }

    [Fact]
    [Trait(Trait, Controllers + "surface a failure condition on a common issue like exceeded quota")]
    public async Task An_exceeded_quota_shows_as_a_condition()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/resourcequotas", Document("{'metadata':{'name':'q'},'spec':{'hard':{'pods':'2'}}}"));
        await UntilAsync($"{root}/resourcequotas/q", q => (string?)q["status"]?["used"]?["pods"] == "0");
        var path = $"{root}/replicationcontrollers/w";
        await Api.CreateAsync($"{root}/replicationcontrollers", Workload("v1", "ReplicationController", "w", 3));
        var failing = await UntilAsync(path, HasFailure);
        Assert.Equal("FailedCreate", (string)failing["status"]!["conditions"]![0]!["reason"]!);
        await Api.MergeAsync($"{path}/scale", "{\"spec\":{\"replicas\":2}}");
        await UntilAsync(path, w => !HasFailure(w) && Ready(w) == 2);
    }

    [Fact]
    [Trait(Trait, Collector + "delete pods created by rc when not orphaning")]
    public async Task A_replication_controller_takes_its_pods_along()
    {
        var root = await RunningAsync();
        await Api.DeleteAsync($"{root}/replicationcontrollers/w", "{\"propagationPolicy\":\"Background\"}");
        await GoneAsync($"{root}/replicationcontrollers/w");
        await Eventually.Async("no pods", () => NamesAsync($"{root}/pods"), names => names.Length == 0, Patience);
    }

    [Fact]
    [Trait(Trait, Collector + "orphan pods created by rc if delete options say so")]
    public async Task A_replication_controller_leaves_its_pods_when_told()
    {
        var root = await RunningAsync();
        var before = await NamesAsync($"{root}/pods");
        await Api.DeleteAsync($"{root}/replicationcontrollers/w", "{\"propagationPolicy\":\"Orphan\"}");
        await GoneAsync($"{root}/replicationcontrollers/w");
        foreach (var pod in before)
            Assert.Null((await UntilAsync($"{root}/pods/{pod}", p => p["metadata"]!["ownerReferences"] is null))["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    [Trait(Trait, Collector + "keep the rc around until all its pods are deleted if the deleteOptions says so")]
    public async Task A_replication_controller_stays_until_its_pods_are_gone()
    {
        var root = await RunningAsync();
        var start = (string)(await Api.GetAsync($"{root}/pods"))["metadata"]!["resourceVersion"]!;
        await Api.DeleteAsync($"{root}/replicationcontrollers/w", "{\"propagationPolicy\":\"Foreground\"}");
        await GoneAsync($"{root}/replicationcontrollers/w");
        Assert.Empty(await NamesAsync($"{root}/pods"));
        var pods = await Api.EventsAsync($"{root}/pods?watch=true&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal(2, pods.Count(e => (string)e["type"]! == "DELETED"));
    }

    private static bool HasFailure(JsonNode controller) =>
        controller["status"]?["conditions"] is JsonArray conditions && conditions.Any(c => (string)c!["type"]! == "ReplicaFailure" && (string)c["status"]! == "True");

    private async Task<string> RunningAsync()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/replicationcontrollers", Workload("v1", "ReplicationController", "w", 2));
        await UntilAsync($"{root}/replicationcontrollers/w", w => Ready(w) == 2);
        return root;
    }
}
