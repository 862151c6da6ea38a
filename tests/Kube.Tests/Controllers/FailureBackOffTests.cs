using Kube.Controllers.DaemonSets;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class FailureBackOffTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void The_first_failed_pod_of_a_node_goes_at_once_and_each_after_it_waits_twice_as_long()
    {
        var backOff = new FailureBackOff(_time);
        Assert.Null(backOff.Wait("d/a", "1"));
        Assert.Null(backOff.Wait("d/a", "1"));
        Assert.Equal(TimeSpan.FromSeconds(1), backOff.Wait("d/a", "2"));
        Assert.Null(backOff.Wait("d/b", "3"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(backOff.Wait("d/a", "2"));
        Assert.Equal(TimeSpan.FromSeconds(2), backOff.Wait("d/a", "4"));
    }

    [Fact]
    public void After_a_long_time_without_failure_it_begins_anew()
    {
        var backOff = new FailureBackOff(_time);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(backOff.Wait("d/a", $"{i}"));
            _time.Advance(TimeSpan.FromMinutes(15));
        }

        Assert.Null(backOff.Wait("d/a", "late"));
        Assert.Equal(TimeSpan.FromMinutes(15), backOff.Wait("d/a", "later"));
        _time.Advance(TimeSpan.FromMinutes(30));
        backOff.Sweep();
        Assert.Null(backOff.Wait("d/a", "new"));
        Assert.Equal(TimeSpan.FromSeconds(1), backOff.Wait("d/a", "newer"));
    }
}
