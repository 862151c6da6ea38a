using k8s.Models;
using Kube.Controllers.Jobs;
using Xunit;
using static Kube.Tests.Controllers.JobSamples;

namespace Kube.Tests.Controllers;

public sealed class JobPlanTests
{
    [Fact]
    public void As_many_pods_run_as_parallelism_allows_and_completions_still_need()
    {
        Assert.Equal(3, Plan(Job(10, 3)).Create.Count);
        Assert.Equal(2, Plan(Job(10, 3), Pod("a")).Create.Count);
        Assert.Single(Plan(Job(2, 3), Pod("a", "Succeeded")).Create);
    }

    [Fact]
    public void Nothing_is_created_while_the_cache_is_behind() =>
        Assert.Empty(JobPlan.Of(Job(10, 3), [], settled: false, Now).Create);

    [Fact]
    public void A_work_queue_starts_no_pods_after_the_first_success_and_ends_with_the_last_pod()
    {
        var plan = Plan(Job(null, 3), Pod("a", "Succeeded"), Pod("b"));
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Status.Told);
        Assert.Contains("SuccessCriteriaMet", Told(Plan(Job(null, 3), Pod("a", "Succeeded"))));
    }

    [Fact]
    public void Pods_beyond_the_parallelism_are_withdrawn_and_a_suspended_job_withdraws_all()
    {
        Assert.Equal(2, Plan(Job(10, 1), Pod("a"), Pod("b"), Pod("c")).Withdraw.Count);
        var suspended = Plan(Job(10, 3, with: s => s.Suspend = true), Pod("a"), Pod("b"));
        Assert.Equal((2, 0), (suspended.Withdraw.Count, suspended.Create.Count));
        Assert.Equal(["Suspended"], Told(suspended));
    }

    [Fact]
    public void A_resumed_job_starts_its_clock_anew()
    {
        var job = Job(1, with: s => s.ActiveDeadlineSeconds = 60);
        job.Status.Conditions = [Condition("Suspended")];
        var patch = Plan(job).Status.Patch()!["status"]!;
        Assert.Equal("2026-01-01T12:00:00Z", (string?)patch["startTime"]);
        Assert.Equal("False", (string?)patch["conditions"]![0]!["status"]);
    }

    [Fact]
    public void A_failed_pod_is_replaced_after_a_back_off_that_doubles_and_ends_at_six_minutes()
    {
        var one = Plan(Job(), Pod("a", "Failed", endedBefore: 4));
        Assert.Equal((0, TimeSpan.FromSeconds(6)), (one.Create.Count, one.LookAgain));
        var three = Plan(Job(), Pod("a", "Failed", endedBefore: 90), Pod("b", "Failed", endedBefore: 60), Pod("c", "Failed", endedBefore: 15));
        Assert.Equal(TimeSpan.FromSeconds(25), three.LookAgain);
        Assert.Single(Plan(Job(), Pod("a", "Failed", endedBefore: 11)).Create);
        Assert.Equal(TimeSpan.FromMinutes(6), JobBackoff.Left(40, Now, Now));
    }

    [Fact]
    public void A_success_forgives_the_failures_before_it() =>
        Assert.Single(Plan(Job(2), Pod("a", "Failed", endedBefore: 9), Pod("b", "Succeeded", endedBefore: 3)).Create);

    [Fact]
    public void A_job_fails_beyond_its_back_off_limit_and_its_other_pods_go()
    {
        var plan = Plan(Job(5, 3, with: s => s.BackoffLimit = 1), Pod("a", "Failed"), Pod("b", "Failed"), Pod("c"));
        Assert.Equal(["FailureTarget"], Told(plan));
        Assert.Equal(["c"], NamesOf(plan.Delete));
        Assert.Equal("BackoffLimitExceeded", plan.Status.Told[0].Reason);
    }

    [Fact]
    public void Restarts_of_containers_count_where_pods_restart_them()
    {
        var pod = Pod("a");
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "c", RestartCount = 2 }];
        Assert.Contains("FailureTarget", Told(Plan(Job(with: s => (s.BackoffLimit, s.Template.Spec.RestartPolicy) = (2, "OnFailure")), pod)));
        Assert.Empty(Told(Plan(Job(with: s => (s.BackoffLimit, s.Template.Spec.RestartPolicy) = (3, "OnFailure")), pod)));
    }

    [Fact]
    public void A_deadline_ends_the_job_and_until_then_says_when()
    {
        Assert.Equal("DeadlineExceeded", Plan(Job(with: s => s.ActiveDeadlineSeconds = 600), Pod("a")).Status.Told[0].Reason);
        Assert.Equal(TimeSpan.FromSeconds(30), Plan(Job(with: s => s.ActiveDeadlineSeconds = 630), Pod("a")).LookAgain);
    }

    [Fact]
    public void The_last_word_waits_for_the_last_pod()
    {
        var job = Job();
        job.Status.Conditions = [Condition("FailureTarget", "DeadlineExceeded")];
        Assert.Empty(Plan(job, Pod("a").Going()).Status.Told);
        job.Status.UncountedTerminatedPods.Failed = ["uid-a"];
        Assert.Empty(Plan(job, Pod("a", "Failed")).Status.Told);
        var last = Plan(job);
        Assert.Equal(["Failed"], Told(last));
        Assert.Equal(1, (int?)last.Status.Patch()!["status"]!["failed"]);
    }

    [Fact]
    public void A_pod_going_away_counts_at_once_unless_only_failed_pods_are_replaced()
    {
        Assert.Equal(["a"], NamesOf(Plan(Job(2, 2), Pod("a").Going()).Untrack));
        var failedOnly = Plan(Job(2, 2, with: s => s.PodReplacementPolicy = "Failed"), Pod("a").Going());
        Assert.Empty(failedOnly.Untrack);
        Assert.Single(failedOnly.Create);
        Assert.Equal(1, (int?)failedOnly.Status.Patch()!["status"]!["terminating"]);
    }

    [Fact]
    public void A_job_being_deleted_lets_its_pods_go_and_makes_no_new_ones()
    {
        var job = Job(3, 3);
        job.Metadata.DeletionTimestamp = Now.UtcDateTime;
        var plan = Plan(job, Pod("a"));
        Assert.Equal(["a"], NamesOf(plan.Untrack));
        Assert.Empty(plan.Create);
    }

    private static string[] Told(JobPlan plan) => [.. plan.Status.Told.Select(c => c.Type)];

    private static V1JobCondition Condition(string type, string reason = "R") => new() { Type = type, Status = "True", Reason = reason, Message = "m" };
}
