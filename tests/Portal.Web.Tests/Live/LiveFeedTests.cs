using Microsoft.Extensions.Time.Testing;
using Portal.Core.Results;
using Portal.Web.Live;
using Xunit;

namespace Portal.Web.Tests.Live;

public sealed class LiveFeedTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_stream_that_ends_is_opened_again_and_the_last_value_stays()
    {
        using var feed = new LiveFeed<string>(_time, () => { });
        using var stop = new CancellationTokenSource();
        var opened = 0;
        var again = new TaskCompletionSource();
        var running = feed.RunAsync(_ => Task.FromResult(Result<IAsyncEnumerable<string>>.Ok(Values(++opened))), stop.Token);
        Assert.Equal("first", feed.Value);
        Assert.NotNull(feed.Error);

        _time.Advance(TimeSpan.FromSeconds(1));
        await again.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("second", feed.Value);

        await stop.CancelAsync();
        await running;

        async IAsyncEnumerable<string> Values(int which)
        {
            await Task.CompletedTask;
            yield return which == 1 ? "first" : "second";
            if (which == 2) again.SetResult();
        }
    }

    [Theory]
    [InlineData(ErrorKind.NotFound)]
    [InlineData(ErrorKind.Forbidden)]
    public async Task A_place_that_is_gone_or_closed_is_not_asked_for_again(ErrorKind kind)
    {
        using var feed = new LiveFeed<string>(_time, () => { });
        var opened = 0;

        await feed.RunAsync(_ =>
        {
            opened++;
            return Task.FromResult<Result<IAsyncEnumerable<string>>>(new Error(kind, "No.", []));
        }, CancellationToken.None);

        Assert.Equal(1, opened);
        Assert.Equal(kind, feed.Error!.Kind);
    }
}
