using k8s.Models;
using Kube.Controllers.CronJobs;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class CronJobPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 30, TimeSpan.Zero);

    [Fact]
    public void The_latest_time_that_was_missed_is_made_up_for_and_only_that()
    {
        var plan = Plan(Cron("*/10 * * * *", last: Now.AddMinutes(-35)));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), plan.Start);
        Assert.False(plan.TooManyMissed);
        Assert.Equal(TimeSpan.FromMinutes(9.5) + TimeSpan.FromMilliseconds(20), plan.LookAgain);
    }

    [Fact]
    public void Nothing_starts_before_its_time_or_twice_for_one_time()
    {
        Assert.Null(Plan(Cron("0 13 * * *", last: Now.AddHours(-2))).Start);
        Assert.Null(Plan(Cron("*/10 * * * *", last: Now.AddSeconds(-30))).Start);
        Assert.Null(Plan(Cron("* * * * *", created: Now.AddSeconds(-10))).Start);
    }

    [Fact]
    public void A_deadline_lets_old_times_go() =>
        Assert.Null(Plan(Cron("0 * * * *", last: Now.AddHours(-3), with: s => s.StartingDeadlineSeconds = 20)).Start);

    [Fact]
    public void More_than_a_hundred_missed_times_are_told_and_the_last_still_starts()
    {
        var plan = Plan(Cron("* * * * *", last: Now.AddYears(-2)));
        Assert.True(plan.TooManyMissed);
        Assert.Equal(Now.AddSeconds(-30), plan.Start);
        Assert.False(Plan(Cron("* * * * *", last: Now.AddYears(-2), with: s => s.StartingDeadlineSeconds = 120)).TooManyMissed);
    }

    [Fact]
    public void Jobs_at_the_same_time_are_allowed_forbidden_or_replaced()
    {
        var running = Job("j-1");
        var allowed = Plan(Cron("* * * * *", with: s => s.ConcurrencyPolicy = "Allow"), running);
        Assert.NotNull(allowed.Start);
        Assert.Empty(allowed.Replace);
        var forbidden = Plan(Cron("* * * * *", with: s => s.ConcurrencyPolicy = "Forbid"), running);
        Assert.Equal((null, true), (forbidden.Start, forbidden.Forbidden));
        var replaced = Plan(Cron("* * * * *", with: s => s.ConcurrencyPolicy = "Replace"), running);
        Assert.NotNull(replaced.Start);
        Assert.Equal([running], replaced.Replace);
        var byHand = Job("by-hand");
        byHand.Metadata.Annotations = new Dictionary<string, string> { ["cronjob.kubernetes.io/instantiate"] = "manual" };
        Assert.NotNull(Plan(Cron("* * * * *", with: s => s.ConcurrencyPolicy = "Forbid"), byHand).Start);
    }

    [Fact]
    public void A_suspended_cron_job_starts_nothing_and_still_tidies_up()
    {
        var plan = Plan(Cron("* * * * *", with: s => (s.Suspend, s.SuccessfulJobsHistoryLimit) = (true, 0)), Job("a", "Complete", 5));
        Assert.Equal((null, null, 1), (plan.Start, plan.LookAgain, plan.History.Count));
    }

    [Fact]
    public void The_oldest_jobs_beyond_the_limits_go_and_running_ones_stay()
    {
        var plan = Plan(
            Cron("0 0 1 1 *", with: s => (s.SuccessfulJobsHistoryLimit, s.FailedJobsHistoryLimit) = (2, 1)),
            Job("a", "Complete", 50), Job("b", "Complete", 40), Job("c", "Complete", 30), Job("d", "Failed", 20), Job("e", "Failed", 10), Job("f"));
        Assert.Equal(["a", "d"], plan.History.Select(j => j.Metadata.Name));
        Assert.Equal(["f"], plan.Active.Select(j => j.Metadata.Name));
        Assert.Equal(Now.AddMinutes(-30).UtcDateTime, plan.LastSuccess);
    }

    [Fact]
    public void A_schedule_is_read_in_its_time_zone()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), CronSchedule.Parse("0 9 * * *").Next(Now, zone)!.Value.ToUniversalTime());
    }

    [Theory]
    [InlineData("0 0 13 * 5", "2026-01-02T00:00:00Z")] // The Friday comes before the 13th.
    [InlineData("0 0 * * 5", "2026-01-02T00:00:00Z")]
    [InlineData("@hourly", "2026-01-01T13:00:00Z")]
    [InlineData("@every 1h30m", "2026-01-01T13:30:30Z")]
    [InlineData("0 0 1 jan ?", "2027-01-01T00:00:00Z")]
    [InlineData("5-10/5 12 * * *", "2026-01-01T12:05:00Z")]
    public void Schedules_are_those_of_cron(string schedule, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture), CronSchedule.Parse(schedule).Next(Now, TimeZoneInfo.Utc));

    [Theory]
    [InlineData("61 * * * *")]
    [InlineData("@sometimes")]
    [InlineData("@every soon")]
    [InlineData("@every 10ms")]
    public void What_is_no_schedule_is_refused(string schedule) => Assert.ThrowsAny<FormatException>(() => CronSchedule.Parse(schedule));

    private static CronJobPlan Plan(V1CronJob cron, params V1Job[] jobs) => CronJobPlan.Of(cron, CronSchedule.Parse(cron.Spec.Schedule), TimeZoneInfo.Utc, jobs, Now);

    private static V1CronJob Cron(string schedule, DateTimeOffset? last = null, DateTimeOffset? created = null, Action<V1CronJobSpec>? with = null)
    {
        var spec = new V1CronJobSpec { Schedule = schedule, ConcurrencyPolicy = "Allow" };
        with?.Invoke(spec);
        return new V1CronJob
        {
            Metadata = new V1ObjectMeta { Name = "c", NamespaceProperty = "default", Uid = "c", CreationTimestamp = (created ?? Now.AddMinutes(-90)).UtcDateTime },
            Spec = spec,
            Status = new V1CronJobStatus { LastScheduleTime = last?.UtcDateTime },
        };
    }

    private static V1Job Job(string name, string? end = null, double minutesAgo = 1) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = name, CreationTimestamp = Now.AddMinutes(-minutesAgo).UtcDateTime },
        Spec = new V1JobSpec(),
        Status = new V1JobStatus
        {
            StartTime = Now.AddMinutes(-minutesAgo).UtcDateTime,
            CompletionTime = end == "Complete" ? Now.AddMinutes(-minutesAgo).UtcDateTime : null,
            Conditions = end is null ? null : [new V1JobCondition { Type = end, Status = "True" }],
        },
    };
}
