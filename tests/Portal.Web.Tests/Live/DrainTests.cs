using Microsoft.Extensions.Time.Testing;
using Portal.Web.Live;
using Xunit;

namespace Portal.Web.Tests.Live;

public sealed class DrainTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Drain _drain = new();

    [Fact]
    public async Task Every_open_page_is_told_and_the_stop_waits_until_all_have_gone()
    {
        var told = new List<string>();
        var first = _drain.Join(() => told.Add("first"));
        var second = _drain.Join(() => told.Add("second"));

        var draining = _drain.RunAsync(TimeSpan.FromSeconds(3), _time);
        Assert.Equal(["first", "second"], told.Order());
        first.Dispose();
        Assert.False(draining.IsCompleted);
        second.Dispose();

        Assert.Equal(0, await draining);
    }

    [Fact]
    public async Task A_page_that_does_not_answer_holds_nothing_up()
    {
        using var silent = _drain.Join(() => { });

        var draining = _drain.RunAsync(TimeSpan.FromSeconds(3), _time);
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(1, await draining);
    }

    [Fact]
    public async Task Without_pages_there_is_nothing_to_wait_for() => Assert.Equal(0, await _drain.RunAsync(TimeSpan.FromSeconds(3), _time));
}
