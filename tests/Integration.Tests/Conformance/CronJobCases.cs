using System.Globalization;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>Cron jobs. One test, because a cron job's next time is up to a minute away: all wait for it together.</summary>
public sealed class CronJobCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string CronJobs = "[sig-apps] CronJob should ";

    // Until the next full minute and a little.
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(90);

    [Fact]
    [Trait(Trait, CronJobs + "schedule multiple jobs concurrently")]
    [Trait(Trait, CronJobs + "not schedule new jobs when ForbidConcurrent [Slow]")]
    [Trait(Trait, CronJobs + "replace jobs when ReplaceConcurrent")]
    [Trait(Trait, CronJobs + "not schedule jobs when suspended [Slow]")]
    public async Task Jobs_that_are_due_while_others_run_are_allowed_forbidden_replaced_or_suspended()
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/apis/batch/v1/namespaces/{ns}/cronjobs";
        foreach (var (name, policy, suspend) in ((string, string, bool)[])[("allow", "Allow", false), ("forbid", "Forbid", false), ("replace", "Replace", false), ("suspended", "Allow", true)])
        {
            await Api.CreateAsync(path, Document(
                $"{{'metadata':{{'name':'{name}'}},'spec':{{'schedule':'* * * * *','concurrencyPolicy':'{policy}','suspend':{(suspend ? "true" : "false")},'jobTemplate':{{'spec':{{'template':"
                + "{'spec':{'terminationGracePeriodSeconds':0,'restartPolicy':'Never','containers':[{'name':'c','image':'registry.test/x:1'}]}}}}}}"));

            // As if the cron job had been here for a while: its last time is due at once.
            var before = TimeProvider.System.GetUtcNow().AddSeconds(-90).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            await Api.MergeAsync($"{path}/{name}/status", $"{{\"status\":{{\"lastScheduleTime\":\"{before}\"}}}}");
        }

        var first = new Dictionary<string, string>();
        foreach (var name in (string[])["allow", "forbid", "replace"])
            first[name] = Active(await UntilAsync($"{path}/{name}", c => Active(c).Length > 0))[0];

        await Eventually.Async("two jobs at a time", () => Api.GetAsync($"{path}/allow"), c => Active(c).Length == 2, Minute);
        await Eventually.Async("another job in place of the first", () => Api.GetAsync($"{path}/replace"), c => Active(c) is [var now] && now != first["replace"], Minute);
        await GoneAsync($"/apis/batch/v1/namespaces/{ns}/jobs/{first["replace"]}");
        await Eventually.Async(
            "word that a job was not started",
            () => Api.GetAsync($"/api/v1/namespaces/{ns}/events?fieldSelector=involvedObject.name=forbid"),
            events => events["items"]!.AsArray().Any(e => (string?)e!["reason"] == "JobAlreadyActive"),
            Patience);
        Assert.Equal([first["forbid"]], Active(await Api.GetAsync($"{path}/forbid")));
        var suspended = await Api.GetAsync($"{path}/suspended");
        Assert.Empty(Active(suspended));
        var jobs = (await Api.GetAsync($"/apis/batch/v1/namespaces/{ns}/jobs"))["items"]!.AsArray();
        Assert.DoesNotContain(jobs, j => (string?)j!["metadata"]!["ownerReferences"]![0]!["name"] == "suspended");
        foreach (var job in jobs)
            Assert.NotNull(job!["metadata"]!["annotations"]!["batch.kubernetes.io/cronjob-scheduled-timestamp"]);
    }

    private static string[] Active(JsonNode cron) => [.. (cron["status"]?["active"] as JsonArray ?? []).Select(a => (string)a!["name"]!)];
}
