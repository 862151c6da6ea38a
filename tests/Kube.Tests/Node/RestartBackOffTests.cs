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

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1000, 300)]
    public void Failed_pulls_wait_twice_as_long_each_time_up_to_five_minutes(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Kube.Node.Images.ImagePuller.Delay(failures));

    [Fact]
    public void A_container_whose_image_is_waited_for_does_not_try_before_the_pull_does()
    {
        var slot = new ContainerSlot("c");
        var now = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        slot.Fail("ErrImagePull", "no such image", now, now.AddSeconds(40));
        Assert.Equal(now.AddSeconds(40), slot.NextStart);
        slot.Fail("CreateContainerError", "no", now);
        Assert.Equal(now.AddSeconds(2), slot.NextStart);
    }
}
