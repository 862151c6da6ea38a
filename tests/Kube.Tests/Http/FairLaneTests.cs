using Kube.ApiServer.Fairness;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Http;

public sealed class FairLaneTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_flood_of_one_flow_lets_another_have_every_second_turn()
    {
        var lane = new FairLane("test", new LaneLimits(2, 2, 1000, 1000, TimeSpan.FromMinutes(1)), _time);
        var seats = new Queue<LaneSeat>();
        seats.Enqueue(await Enter(lane, "flood"));
        seats.Enqueue(await Enter(lane, "flood"));
        var order = new List<string>();
        var waiting = Enumerable.Range(0, 100).Select(_ => Wait(lane, "flood", order, seats)).ToList();
        waiting.AddRange(Enumerable.Range(0, 5).Select(_ => Wait(lane, "small", order, seats)));
        for (var i = 0; i < 10; i++)
        {
            seats.Dequeue().Dispose();
            await Testing.Eventually.Async($"{i + 1} turns", () => Task.FromResult(Count(order)), turns => turns == i + 1);
        }

        Assert.Equal(5, order.Count(o => o == "small"));
        while (seats.TryDequeue(out var seat))
        {
            seat.Dispose();
            await Task.Yield();
            await Testing.Eventually.Async("the next turn", () => Task.FromResult(Count(order) + seats.Count), sum => sum > 0);
        }
    }

    [Fact]
    public async Task One_flow_never_takes_all_seats()
    {
        var lane = new FairLane("test", new LaneLimits(4, 2, 10, 10, TimeSpan.FromSeconds(5)), _time);
        using var first = await Enter(lane, "a");
        using var second = await Enter(lane, "a");
        var third = lane.EnterAsync("a", CancellationToken.None).AsTask();
        Assert.False(third.IsCompleted);
        using var other = await Enter(lane, "b");
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third)!.Dispose();
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_at_once_and_what_waits_too_long_later()
    {
        var lane = new FairLane("test", new LaneLimits(1, 1, 3, 2, TimeSpan.FromSeconds(5)), _time);
        var seat = await Enter(lane, "a");
        var waiting = new[] { lane.EnterAsync("a", CancellationToken.None).AsTask(), lane.EnterAsync("a", CancellationToken.None).AsTask() };
        Assert.Null(await lane.EnterAsync("a", CancellationToken.None));
        var b = lane.EnterAsync("b", CancellationToken.None).AsTask();
        Assert.Null(await lane.EnterAsync("c", CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.All(await Task.WhenAll([.. waiting, b]), Assert.Null);
        seat.Dispose();
        using var again = await Enter(lane, "a");
    }

    [Fact]
    public async Task A_client_that_goes_gives_up_its_place()
    {
        var lane = new FairLane("test", new LaneLimits(1, 1, 10, 10, TimeSpan.FromMinutes(1)), _time);
        var seat = await Enter(lane, "a");
        using var gone = new CancellationTokenSource();
        var leaving = lane.EnterAsync("b", gone.Token).AsTask();
        var staying = lane.EnterAsync("c", CancellationToken.None).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        seat.Dispose();
        (await staying)!.Dispose();
    }

    // Whatever happens in whatever order, no seat is lost and none is made.
    [Fact]
    public async Task Seats_are_kept_under_a_storm()
    {
        var lane = new FairLane("test", new LaneLimits(5, 3, 50, 20, TimeSpan.FromMinutes(1)), TimeProvider.System);
        int running = 0, most = 0, refused = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (i, _) =>
        {
            using var patience = new CancellationTokenSource();
            if (i % 7 == 0)
                await patience.CancelAsync();
            try
            {
                using var seat = await lane.EnterAsync($"f{i % 6}", patience.Token);
                if (seat is null)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
            catch (OperationCanceledException)
            {
            }
        });
        Assert.InRange(most, 1, 5);
        Assert.Equal(0, running);
        var all = new List<LaneSeat>();
        foreach (var flow in (string[])["x", "x", "x", "y", "y"])
            all.Add(await Enter(lane, flow));
        all.ForEach(s => s.Dispose());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static int Count(List<string> order)
    {
        lock (order)
            return order.Count;
    }

    private static async Task<LaneSeat> Enter(FairLane lane, string flow) => Assert.IsType<LaneSeat>(await lane.EnterAsync(flow, CancellationToken.None));

    private static async Task Wait(FairLane lane, string flow, List<string> order, Queue<LaneSeat> seats)
    {
        var seat = await lane.EnterAsync(flow, CancellationToken.None);
        lock (order)
        {
            order.Add(flow);
            seats.Enqueue(seat!);
        }
    }
}
