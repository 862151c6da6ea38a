using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.Jobs;
using Xunit;
using static Kube.Tests.Controllers.JobSamples;

namespace Kube.Tests.Controllers;

public sealed class IndexedJobTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0", "0")]
    [InlineData("0,1", "0,1")]
    [InlineData("0-3,5,7,8", "0-3,5,7,8")]
    [InlineData("5,3,4,x,9-7", "3-5")]
    public void Sets_of_indexes_read_and_write_as_ranges(string text, string written) =>
        Assert.Equal(written, IndexSet.Parse(text).ToString());

    [Fact]
    public void Sets_of_indexes_grow_and_compare()
    {
        var set = IndexSet.Parse("0-2,6").With([4, 3]);
        Assert.Equal(("0-4,6", 6), (set.ToString(), set.Count));
        Assert.True(set.Contains(4) && set.Contains(6) && !set.Contains(5));
        Assert.Equal(4, set.CountOf(IndexSet.Parse("1-3,5-9")));
        Assert.Equal("0-2", IndexSet.Parse("0-9", 3).ToString());
    }

    [Fact]
    public void The_lowest_indexes_that_are_free_come_first()
    {
        var job = Job(6, 3, "Indexed");
        job.Status.CompletedIndexes = "0,2";
        var plan = Plan(job, Pod("a", index: 1), Pod("b", "Succeeded", index: 3));
        Assert.Equal([4, 5], plan.Create.Select(p => p.Index!.Value));
        Assert.Equal("0,2,3", (string?)plan.Status.Patch()!["status"]!["completedIndexes"]);
    }

    [Fact]
    public void An_index_runs_once_and_indexes_out_of_range_do_not_run()
    {
        var plan = Plan(Job(2, 4, "Indexed"), Pod("a", index: 0), Pod("b", index: 0), Pod("c", index: 7), Pod("d"));
        Assert.Equal(3, plan.Withdraw.Count);
        Assert.Equal([1], plan.Create.Select(p => p.Index!.Value));
    }

    [Fact]
    public void An_index_fails_alone_beyond_its_own_limit_and_the_job_when_all_have_ended()
    {
        var job = Job(2, 2, "Indexed", s => (s.BackoffLimitPerIndex, s.BackoffLimit) = (1, int.MaxValue));
        var retried = Plan(job, Pod("a", "Failed", index: 0, endedBefore: 60), Pod("b", index: 1));
        Assert.Equal((0, 1), (retried.Create[0].Index, retried.Create[0].Failures!.Count));
        Assert.Empty(retried.Untrack);
        var failed = Plan(job, Pod("a", "Failed", index: 0), Pod("a2", "Failed", index: 0, failures: 1), Pod("b", index: 1));
        Assert.Equal("0", (string?)failed.Status.Patch()!["status"]!["failedIndexes"]);
        Assert.Equal((0, 2), (failed.Create.Count, failed.Untrack.Count));
        job.Status.CompletedIndexes = "1";
        Assert.Equal("FailedIndexes", Plan(job, Pod("a2", "Failed", index: 0, failures: 1)).Status.Told[0].Reason);
    }

    [Fact]
    public void A_failure_is_kept_by_its_pod_until_the_next_pod_carries_it_on()
    {
        var job = Job(1, 1, "Indexed", s => s.BackoffLimitPerIndex = 5);
        var waiting = Plan(job, Pod("a", "Failed", index: 0, endedBefore: 4));
        Assert.Equal((0, 0, TimeSpan.FromSeconds(6)), (waiting.Create.Count, waiting.Untrack.Count, waiting.LookAgain));
        Assert.Equal(["a"], NamesOf(Plan(job, Pod("a", "Failed", index: 0), Pod("b", index: 0, failures: 1)).Untrack));
    }

    [Fact]
    public void More_failed_indexes_than_allowed_fail_the_job() =>
        Assert.Equal(
            "MaxFailedIndexesExceeded",
            Plan(Job(5, 5, "Indexed", s => (s.BackoffLimitPerIndex, s.MaxFailedIndexes) = (0, 1)), Pod("a", "Failed", index: 0), Pod("b", "Failed", index: 1)).Status.Told[0].Reason);

    [Theory]
    [InlineData("0-1", null, true)]
    [InlineData("0-2", null, false)]
    [InlineData("0-2", 2, true)]
    [InlineData(null, 3, true)]
    [InlineData(null, 4, false)]
    public void A_success_policy_ends_the_job_before_all_indexes_have(string? indexes, int? count, bool met)
    {
        var job = Job(5, 5, "Indexed", s => s.SuccessPolicy = new V1SuccessPolicy { Rules = [new V1SuccessPolicyRule { SucceededIndexes = indexes, SucceededCount = count }] });
        job.Status.CompletedIndexes = "0,1,3";
        var plan = Plan(job, Pod("a", index: 2));
        Assert.Equal(met, plan.Status.Told.Any(c => c is { Type: "SuccessCriteriaMet", Reason: "SuccessPolicy" }));
        Assert.Equal(met, plan.Delete.Count == 1);
    }

    [Fact]
    public void A_pod_carries_its_index_in_name_annotation_label_host_name_and_environment()
    {
        var template = JsonNode.Parse("""{"metadata":{"labels":{"a":"b"},"finalizers":["x/y"]},"spec":{"unknown":1,"initContainers":[{"name":"i"}],"containers":[{"name":"c","env":[{"name":"A","value":"B"}]}]}}""")!.AsObject();
        var pod = JobPodTemplate.Make(Job().Metadata, template, new NewJobPod(4, new IndexFailures(2, 0, null, false)), "abcde");
        var metadata = pod["metadata"]!;
        Assert.Equal("j-4-abcde", (string?)metadata["name"]);
        Assert.Equal("4", (string?)metadata["annotations"]![JobPods.CompletionIndex]);
        Assert.Equal("4", (string?)metadata["labels"]![JobPods.CompletionIndex]);
        Assert.Equal("2", (string?)metadata["annotations"]![JobPods.FailureCount]);
        Assert.Equal(["x/y", JobPods.Tracking], metadata["finalizers"]!.AsArray().Select(f => (string)f!));
        Assert.Equal("j-4", (string?)pod["spec"]!["hostname"]);
        Assert.Equal(1, (int?)pod["spec"]!["unknown"]);
        Assert.Equal(["A", "JOB_COMPLETION_INDEX"], pod["spec"]!["containers"]![0]!["env"]!.AsArray().Select(e => (string)e!["name"]!));
        Assert.Equal("metadata.labels['batch.kubernetes.io/job-completion-index']", (string?)pod["spec"]!["initContainers"]![0]!["env"]![0]!["valueFrom"]!["fieldRef"]!["fieldPath"]);
        Assert.Null(template["spec"]!["hostname"]);
    }
}
