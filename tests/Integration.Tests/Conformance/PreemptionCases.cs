using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-scheduling] SchedulerPreemption: a resource of the case's own on the fake nodes is what there is too little of.</summary>
public sealed class PreemptionCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Preemption = "[sig-scheduling] SchedulerPreemption [Serial] ";
    private const string Priorities = "/apis/scheduling.k8s.io/v1/priorityclasses";
    private static int s_resources;

    [Theory]
    [InlineData("high")]
    [Trait(Trait, Preemption + "validates basic preemption works")]
    public Task A_pod_of_higher_priority_takes_the_place_of_the_lowest(string preemptor) => PreemptsAsync(preemptor);

    [Theory]
    [InlineData("system-cluster-critical")]
    [Trait(Trait, Preemption + "validates lower priority pod preemption by critical pod")]
    public Task A_critical_pod_takes_the_place_of_the_lowest(string preemptor) => PreemptsAsync(preemptor);

    [Fact]
    [Trait(Trait, Preemption + "validates pod disruption condition is added to the preempted pod")]
    public async Task A_preempted_pod_says_so()
    {
        var resource = await ResourceAsync(("one", 1));
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        await PrioritiesAsync();
        var victim = Wanting("victim", resource, "low");
        victim["metadata"]!["finalizers"] = new JsonArray("example.com/test-finalizer");
        await Api.CreateAsync(pods, victim);
        await ScheduledAsync($"{pods}/victim");
        await Api.CreateAsync(pods, Wanting("preemptor", resource, "high"));
        var going = await UntilAsync($"{pods}/victim", p => p["metadata"]!["deletionTimestamp"] is not null);
        var condition = going["status"]!["conditions"]!.AsArray().Single(c => (string)c!["type"]! == "DisruptionTarget")!;
        Assert.Equal(("True", "PreemptionByScheduler"), ((string)condition["status"]!, (string)condition["reason"]!));
        await Api.MergeAsync($"{pods}/victim", "{\"metadata\":{\"finalizers\":null}}");
        await ScheduledAsync($"{pods}/preemptor");
    }

    [Fact]
    [Trait(Trait, Preemption + "PreemptionExecutionPath runs ReplicaSets to verify preemption running path")]
    public async Task Only_as_many_pods_of_the_lowest_priority_go_as_are_in_the_way()
    {
        var resource = await ResourceAsync(("one", 5));
        var ns = await Suite.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        await PrioritiesAsync();
        foreach (var priority in (string[])["low", "medium"])
        {
            var set = Workload("apps/v1", "ReplicaSet", priority, 2);
            var template = set["spec"]!["template"]!["spec"]!;
            template["priorityClassName"] = priority;
            template["containers"]![0]!["resources"] = Document($"{{'requests':{{'{resource}':'1'}},'limits':{{'{resource}':'1'}}}}");
            await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/replicasets", set);
            await UntilAsync($"/apis/apps/v1/namespaces/{ns}/replicasets/{priority}", s => Ready(s) == 2);
        }

        var low = await UidsAsync($"{pods}?labelSelector=app%3Dlow");
        var medium = await UidsAsync($"{pods}?labelSelector=app%3Dmedium");
        await Api.CreateAsync(pods, Wanting("preemptor", resource, "high", 3));
        await ScheduledAsync($"{pods}/preemptor");
        await Eventually.Async("the pods of low priority are replaced", () => UidsAsync($"{pods}?labelSelector=app%3Dlow"), uids => !uids.Intersect(low).Any(), Patience);
        Assert.Equal(medium.Order(), (await UidsAsync($"{pods}?labelSelector=app%3Dmedium")).Order());
    }

    private static JsonObject Wanting(string name, string resource, string priority, int count = 1)
    {
        var pod = Pod(name, $",'priorityClassName':'{priority}'");
        pod["spec"]!["containers"]![0]!["resources"] = Document($"{{'requests':{{'{resource}':'{count}'}},'limits':{{'{resource}':'{count}'}}}}");
        return pod;
    }

    private async Task PreemptsAsync(string preemptor)
    {
        var resource = await ResourceAsync(("one", 1), ("two", 1));
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        await PrioritiesAsync();
        foreach (var priority in (string[])["low", "medium"])
        {
            await Api.CreateAsync(pods, Wanting(priority, resource, priority));
            await ScheduledAsync($"{pods}/{priority}");
        }

        var place = (string)(await Api.GetAsync($"{pods}/low"))["spec"]!["nodeName"]!;
        await Api.CreateAsync(pods, Wanting("preemptor", resource, preemptor));
        await GoneAsync($"{pods}/low");
        Assert.Equal(place, (string)(await ScheduledAsync($"{pods}/preemptor"))["spec"]!["nodeName"]!);
        Assert.Null((await Api.GetAsync($"{pods}/medium"))["metadata"]!["deletionTimestamp"]);
    }

    // A resource of its own, so that the pods of other cases are no victims.
    private async Task<string> ResourceAsync(params (string Node, int Count)[] nodes)
    {
        var resource = $"example.com/foo-{Interlocked.Increment(ref s_resources)}";
        foreach (var (node, count) in nodes)
            await Api.MergeAsync($"/api/v1/nodes/{node}/status", $"{{\"status\":{{\"capacity\":{{\"{resource}\":\"{count}\"}},\"allocatable\":{{\"{resource}\":\"{count}\"}}}}}}");
        return resource;
    }

    private async Task PrioritiesAsync()
    {
        foreach (var (name, value) in ((string, int)[])[("low", 1), ("medium", 100), ("high", 1000)])
        {
            if ((await Api.SendAsync(HttpMethod.Get, $"{Priorities}/{name}")).Code == 404)
                await Api.CreateAsync(Priorities, Document($"{{'metadata':{{'name':'{name}'}},'value':{value}}}"));
        }
    }

    private Task<JsonNode> ScheduledAsync(string pod) => UntilAsync(pod, p => p["spec"]!["nodeName"] is not null && (string?)p["status"]!["phase"] == "Running");

    private async Task<string[]> UidsAsync(string path) => [.. (await Api.GetAsync(path))["items"]!.AsArray().Select(p => (string)p!["metadata"]!["uid"]!)];
}
