using k8s.Models;
using Kube.Node.Probes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Node;

public sealed class ProbeTrackerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Liveness_fails_only_after_its_threshold_of_failures_in_a_row()
    {
        var tracker = new ProbeTracker(ProbeKind.Liveness, new V1Probe { FailureThreshold = 3, PeriodSeconds = 1 });
        Assert.True(Record(tracker, true));
        Assert.False(Record(tracker, false));
        Assert.False(Record(tracker, false));
        Assert.False(Record(tracker, true));
        Assert.False(Record(tracker, false));
        Assert.False(Record(tracker, false));
        Assert.True(Record(tracker, false));
        Assert.False(tracker.Verdict);
    }

    [Fact]
    public void Readiness_needs_its_threshold_of_successes()
    {
        var tracker = new ProbeTracker(ProbeKind.Readiness, new V1Probe { SuccessThreshold = 2, PeriodSeconds = 1 });
        Assert.False(Record(tracker, true));
        Assert.Null(tracker.Verdict);
        Assert.True(Record(tracker, true));
        Assert.True(tracker.Verdict);
    }

    [Fact]
    public void Until_the_first_success_a_readiness_probe_asks_again_soon_and_then_in_its_period()
    {
        var tracker = new ProbeTracker(ProbeKind.Readiness, new V1Probe { PeriodSeconds = 5 });
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000], Enumerable.Range(0, 8).Select(_ => tracker.NextDelay().TotalMilliseconds));
        Record(tracker, true);
        Assert.Equal(TimeSpan.FromSeconds(5), tracker.NextDelay());
    }

    [Fact]
    public void Early_askings_of_a_startup_probe_do_not_use_up_its_failures()
    {
        var tracker = new ProbeTracker(ProbeKind.Startup, new V1Probe { FailureThreshold = 2, PeriodSeconds = 10 });
        for (var i = 0; i < 10; i++)
        {
            Assert.False(tracker.Record(false, _time.GetUtcNow()));
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(tracker.Record(false, _time.GetUtcNow()));
        Assert.False(tracker.Verdict);
    }

    private bool Record(ProbeTracker tracker, bool success)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return tracker.Record(success, _time.GetUtcNow());
    }
}
