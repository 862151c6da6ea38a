using Microsoft.Extensions.Time.Testing;
using Portal.Web.Live;
using Xunit;

namespace Portal.Web.Tests.Live;

public sealed class CoalescerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_thousand_signals_a_second_are_at_most_five_renders_and_the_last_is_never_lost()
    {
        int signals = 0, seen = 0, runs = 0;
        using var coalescer = new Coalescer(() => (seen, runs) = (signals, runs + 1), Coalescer.Pace, _time);

        for (var millisecond = 0; millisecond < 1000; millisecond++)
        {
            signals++;
            coalescer.Signal();
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        _time.Advance(Coalescer.Pace);

        Assert.InRange(runs, 5, 6);
        Assert.Equal(1000, seen);
    }

    [Fact]
    public void The_first_signal_runs_at_once_and_a_disposed_one_never()
    {
        var runs = 0;
        var coalescer = new Coalescer(() => runs++, Coalescer.Pace, _time);

        coalescer.Signal();
        Assert.Equal(1, runs);

        coalescer.Signal();
        coalescer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        coalescer.Signal();
        Assert.Equal(1, runs);
    }
}
