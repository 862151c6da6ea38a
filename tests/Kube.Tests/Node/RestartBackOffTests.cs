using Kube.Node.Pods;
using Xunit;

namespace Kube.Tests.Node;

public sealed class RestartBackOffTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_first_restart_is_immediate_and_later_waits_double_up_to_a_minute()
    {
        var backOff = new RestartBackOff();
        var waits = Enumerable.Range(0, 10).Select(_ => backOff.Next(Short).TotalSeconds);
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
    }

    [Fact]
    public void Ten_good_minutes_forget_the_past()
    {
        var backOff = new RestartBackOff();
        for (var i = 0; i < 5; i++)
            backOff.Next(Short);
        Assert.Equal(TimeSpan.Zero, backOff.Next(TimeSpan.FromMinutes(10)));
        Assert.Equal(TimeSpan.FromSeconds(1), backOff.Next(Short));
    }
}
