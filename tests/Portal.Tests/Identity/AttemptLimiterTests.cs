using Microsoft.Extensions.Time.Testing;
using Portal.Identity.SignIn;
using Xunit;

namespace Portal.Tests.Identity;

public sealed class AttemptLimiterTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_window_slides_so_that_never_more_than_the_limit_fall_into_it()
    {
        var limiter = new AttemptLimiter(_time);
        var taken = new List<DateTimeOffset>();
        for (var minute = 0; minute < 120; minute++)
        {
            while (limiter.TryAcquire("ada", 10, Window))
                taken.Add(_time.GetUtcNow());
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(80, taken.Count);
        Assert.All(taken, start => Assert.InRange(taken.Count(at => at >= start && at - start < Window), 1, 10));
    }

    [Fact]
    public void Keys_do_not_share_attempts_and_a_reset_gives_them_back()
    {
        var limiter = new AttemptLimiter(_time);
        Assert.True(limiter.TryAcquire("ada", 1, Window));
        Assert.False(limiter.TryAcquire("ada", 1, Window));
        Assert.True(limiter.TryAcquire("eve", 1, Window));
        limiter.Reset("ada");
        Assert.True(limiter.TryAcquire("ada", 1, Window));
        Assert.False(limiter.TryAcquire("eve", 1, Window));
    }

    [Fact]
    public void Inventing_keys_does_not_free_a_recent_one()
    {
        var limiter = new AttemptLimiter(_time);
        for (var i = 0; i < 60_000; i++)
            limiter.TryAcquire($"noise{i}", 1, Window);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limiter.TryAcquire("ada", 1, Window));
        for (var i = 60_000; i < 105_000; i++)
            limiter.TryAcquire($"noise{i}", 1, Window);
        Assert.False(limiter.TryAcquire("ada", 1, Window));
    }

    [Fact]
    public async Task Attempts_at_once_get_exactly_the_limit()
    {
        var limiter = new AttemptLimiter(_time);
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => limiter.TryAcquire("ada", 10, Window))));
        Assert.Equal(10, results.Count(taken => taken));
    }
}
