using System.Net;
using Portal.Core;
using Portal.Core.Metrics;
using Portal.Core.Notifications;
using Xunit;

namespace Portal.Tests.Core;

public sealed class Traffic_figures
{
    [Fact]
    public void Are_read_as_the_ingress_publishes_them()
    {
        var figures = TrafficFigures.Parse("10 2 5 3 0 0 1 1 0 0 0 0 0 0")!;
        Assert.Equal((10, 2), (figures.Requests, figures.Errors));
        Assert.Equal(5, figures.Quantile(0.5));
        Assert.Equal(100, figures.Quantile(0.9)!.Value, 3);
        Assert.Null(TrafficFigures.Parse("1 2"));
        Assert.Null(TrafficFigures.Parse("a b c d e f g h i j k l m n"));
        Assert.Null(TrafficFigures.Parse("-1 2 5 3 0 0 1 1 0 0 0 0 0 0"));
    }

    [Fact]
    public void Count_from_an_earlier_reading_and_anew_after_a_restart_of_the_ingress()
    {
        var earlier = TrafficFigures.Parse("10 2 5 3 0 0 1 1 0 0 0 0 0 0")!;
        var later = TrafficFigures.Parse("15 2 10 3 0 0 1 1 0 0 0 0 0 0")!;
        Assert.Equal((5, 0, 5), (later.Since(earlier).Requests, later.Since(earlier).Errors, later.Since(earlier).Buckets[0]));
        Assert.Equal(10, earlier.Since(later).Requests);
        Assert.Null(later.Since(later).Quantile(0.5));
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    public void Only_public_addresses_are_sent_to(string address, bool admitted) => Assert.Equal(admitted, new PublicAddresses(new PortalCoreOptions()).Admits(IPAddress.Parse(address)));

    [Fact]
    public void An_operator_can_allow_a_network()
    {
        var options = new PortalCoreOptions();
        options.NotificationNetworks.Add("10.1.0.0/16");
        Assert.True(new PublicAddresses(options).Admits(IPAddress.Parse("10.1.2.3")));
        Assert.False(new PublicAddresses(options).Admits(IPAddress.Parse("10.2.2.3")));
    }

    [Fact]
    public void A_message_is_tried_ten_times_over_days_and_as_late_as_the_receiver_asks()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), RetrySchedule.After(1, null, 0.5));
        Assert.Equal(TimeSpan.FromHours(24), RetrySchedule.After(9, null, 0.5));
        Assert.Null(RetrySchedule.After(10, null, 0.5));
        Assert.Equal(TimeSpan.FromMinutes(1), RetrySchedule.After(1, TimeSpan.FromMinutes(1), 0.5));
        Assert.Equal(TimeSpan.FromHours(24), RetrySchedule.After(1, TimeSpan.FromDays(30), 0.5));
    }
}
