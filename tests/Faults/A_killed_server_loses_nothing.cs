using Testing;
using Xunit;

namespace Faults;

/// <summary>
/// kill -9 of the real server under constant writes, again and again: every acknowledged write is there afterwards, none twice. Slow because each round is a whole start.
/// </summary>
public sealed class A_killed_server_loses_nothing : IAsyncLifetime
{
    private const int Rounds = 30;
    private const int Writers = 8;
    private readonly PortalInstance _portal = new("faults");

    public async ValueTask InitializeAsync() => await _portal.StartAsync();

    public async ValueTask DisposeAsync() => await _portal.DisposeAsync();

    [Fact]
    public async Task Thirty_times_in_a_row()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await _portal.KubectlOkAsync("create", "namespace", "faults");
        var writers = new ApiWriters(_portal, "faults");
        for (var round = 0; round < Rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var writing = Enumerable.Range(0, Writers).Select(writer => writers.WriteAsync([_portal.PortBase + 1], $"r{round}-w{writer}", stop.Token)).ToArray();
            await Task.Delay(TimeSpan.FromMilliseconds(300 + random.Next(1500)));
            await _portal.KillServerAsync();
            await stop.CancelAsync();
            await Task.WhenAll(writing);
            var up = await _portal.UpAsync();
            Assert.True(up.ExitCode == 0, $"seed {seed}, round {round}: {up.Output}{up.Error}");
        }

        var present = await writers.PresentAsync(_portal.PortBase + 1);
        Assert.NotEmpty(writers.Acknowledged);
        Assert.Empty(writers.Acknowledged.Keys.Except(present.Keys));
        Assert.Equal(present.Count, present.Values.Distinct().Count());
        Assert.All(writers.Acknowledged, written => Assert.Equal(written.Value, present[written.Key]));
    }
}
