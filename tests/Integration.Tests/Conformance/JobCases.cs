using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>Jobs.</summary>
public sealed class JobCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Jobs = "[sig-apps] Job should ";

    [Fact]
    [Trait(Trait, Jobs + "create pods for an Indexed job with completion indexes and specified hostname")]
    public async Task An_indexed_job_gives_each_pod_an_index_and_a_host_name()
    {
        var (job, pods) = await CreateAsync("'completions':4,'parallelism':2,'completionMode':'Indexed',", "'exits':'0'");
        var done = await CompleteAsync(job);
        Assert.Equal("0-3", (string?)done["status"]!["completedIndexes"]);
        Assert.Equal(4, (int?)done["status"]!["succeeded"]);
        var made = (await Api.GetAsync(pods))["items"]!.AsArray();
        Assert.Equal(["0", "1", "2", "3"], made.Select(Index).Order());
        foreach (var pod in made)
        {
            Assert.Equal($"j-{Index(pod)}", (string?)pod!["spec"]!["hostname"]);
            Assert.StartsWith($"j-{Index(pod)}-", (string?)pod["metadata"]!["name"], StringComparison.Ordinal);
            Assert.Equal(Index(pod), (string?)pod["metadata"]!["labels"]!["batch.kubernetes.io/job-completion-index"]);
            Assert.Contains(pod["spec"]!["containers"]![0]!["env"]!.AsArray(), e => (string?)e!["name"] == "JOB_COMPLETION_INDEX");
            Assert.Null(pod["metadata"]!["finalizers"]);
        }
    }

    [Fact]
    [Trait(Trait, Jobs + "run a job to completion when tasks sometimes fail and are locally restarted")]
    public async Task A_job_whose_containers_are_restarted_comes_to_its_end()
    {
        var (job, _) = await CreateAsync("'completions':4,'parallelism':2,", "'exits':'1,0'", restart: "OnFailure");
        var done = await CompleteAsync(job);
        Assert.Equal((4, null), ((int?)done["status"]!["succeeded"], (int?)done["status"]!["failed"]));
        Assert.NotNull(done["status"]!["completionTime"]);
    }

    [Fact]
    [Trait(Trait, Jobs + "allow to use the pod failure policy on exit code to fail the job early")]
    public async Task An_exit_code_fails_the_job_early()
    {
        const string Policy = "'backoffLimit':3,'podFailurePolicy':{'rules':[{'action':'FailJob','onExitCodes':{'operator':'In','values':[42]}}]},";
        var (job, _) = await CreateAsync(Policy, "'exits':'42'");
        var failed = await UntilAsync(job, j => Holds(j, "Failed"));
        Assert.Equal("PodFailurePolicy", (string?)Condition(failed, "Failed")!["reason"]);
        Assert.Equal(1, (int?)failed["status"]!["failed"]);
    }

    [Fact]
    [Trait(Trait, Jobs + "allow to use a pod failure policy to ignore failure matching on DisruptionTarget condition")]
    public async Task An_evicted_pod_is_replaced_and_counts_as_no_failure()
    {
        const string Policy = "'backoffLimit':0,'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget'}]}]},";
        var (job, pods) = await CreateAsync(Policy);
        await UntilAsync(job, j => (int?)j["status"]?["ready"] == 1);
        var pod = (await NamesAsync(pods)).Single();
        var eviction = Document($"{{'apiVersion':'policy/v1','kind':'Eviction','metadata':{{'name':'{pod}'}}}}");
        (await Api.SendAsync(HttpMethod.Post, $"{pods}/{pod}/eviction", eviction.ToJsonString())).Ok.ToJsonString();
        await GoneAsync($"{pods}/{pod}");
        var next = (await Eventually.Async("another pod", () => NamesAsync(pods), names => names.Length == 1, Patience))[0];
        Assert.NotEqual(pod, next);
        await UntilAsync(job, j => (int?)j["status"]?["ready"] == 1);
        await Api.MergeAsync($"{pods}/{next}/status", "{\"status\":{\"phase\":\"Succeeded\"}}");
        Assert.Null((int?)(await CompleteAsync(job))["status"]!["failed"]);
    }

    [Fact]
    [Trait(Trait, Jobs + "delete a job")]
    public async Task Deleting_a_job_takes_its_pods_along()
    {
        foreach (var propagation in (string[])["Foreground", "Background"])
        {
            var (job, pods) = await CreateAsync("'completions':4,'parallelism':2,");
            await UntilAsync(job, j => (int?)j["status"]?["active"] == 2);
            await Api.DeleteAsync(job, $"{{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"propagationPolicy\":\"{propagation}\"}}");
            await GoneAsync(job);
            await Eventually.Async("no pods", () => NamesAsync(pods), names => names.Length == 0, Patience);
        }
    }

    [Fact]
    [Trait(Trait, Jobs + "adopt matching orphans and release non-matching pods")]
    public async Task A_job_adopts_orphans_and_releases_pods_that_no_longer_match()
    {
        var (job, pods) = await CreateAsync("'completions':4,'parallelism':2,");
        await UntilAsync(job, j => (int?)j["status"]?["active"] == 2);
        var name = (await NamesAsync(pods))[0];
        await Api.MergeAsync($"{pods}/{name}", "{\"metadata\":{\"ownerReferences\":null}}");
        await UntilAsync($"{pods}/{name}", p => (string?)p["metadata"]!["ownerReferences"]?[0]?["name"] == "j");
        await Api.MergeAsync($"{pods}/{name}", "{\"metadata\":{\"labels\":null}}");
        var released = await UntilAsync($"{pods}/{name}", p => p["metadata"]!["ownerReferences"] is null);
        Assert.Null(released["metadata"]!["finalizers"]);
    }

    private async Task<(string Job, string Pods)> CreateAsync(string spec, string annotations = "", string restart = "Never")
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/apis/batch/v1/namespaces/{ns}/jobs";
        await Api.CreateAsync(path, Document(
            $"{{'metadata':{{'name':'j'}},'spec':{{{spec}'template':{{'metadata':{{'annotations':{{{annotations.Replace("'exits'", "'fake-kubelet/exits'", StringComparison.Ordinal)}}}}},"
            + $"'spec':{{'terminationGracePeriodSeconds':0,'restartPolicy':'{restart}','containers':[{{'name':'c','image':'registry.test/x:1'}}]}}}}}}}}"));
        return ($"{path}/j", $"/api/v1/namespaces/{ns}/pods");
    }

    private Task<JsonNode> CompleteAsync(string job) => UntilAsync(job, j => Holds(j, "Complete"));

    private static bool Holds(JsonNode job, string type) => (string?)Condition(job, type)?["status"] == "True";

    private static JsonNode? Condition(JsonNode job, string type) => (job["status"]?["conditions"] as JsonArray)?.FirstOrDefault(c => (string?)c!["type"] == type);

    private static string? Index(JsonNode? pod) => (string?)pod!["metadata"]!["annotations"]!["batch.kubernetes.io/job-completion-index"];
}
