using System.Collections.Concurrent;
using Kube.Machinery.WorkQueues;
using Microsoft.Extensions.Time.Testing;
using Testing;
using Xunit;

namespace Kube.Tests.Machinery;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_key_added_twice_is_worked_on_once()
    {
        var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");
        Assert.Equal(["a"], await WorkAsync(queue, 1, _ => null));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_is_worked_on_again_but_never_twice_at_once()
    {
        var queue = new WorkQueue<string>(_time);
        var at = 0;
        var most = 0;
        var runs = 0;
        using var stop = new CancellationTokenSource();
        queue.Add("a");
        await queue.RunAsync(
            async (key, token) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref at));
                if (++runs < 3)
                {
                    queue.Add(key);
                }
                else
                {
                    await stop.CancelAsync();
                }

                await Task.Yield();
                Interlocked.Decrement(ref at);
                return null;
            },
            stop.Token);
        Assert.Equal((3, 1), (runs, most));
    }

    [Fact]
    public async Task A_failure_brings_a_key_back_after_a_growing_time()
    {
        var queue = new WorkQueue<string>(_time, new WorkQueueOptions { FirstBackoff = TimeSpan.FromSeconds(1), Workers = 1 });
        var runs = 0;
        using var stop = new CancellationTokenSource();
        queue.Add("a");
        var run = queue.RunAsync((_, _) => ++runs < 3 ? throw new InvalidOperationException("no") : Task.FromResult<TimeSpan?>(null), stop.Token);
        await Until("the key to wait after its first failure", () => runs * 10 + queue.DelayedCount, 11);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        await Until("the key to wait after its second failure", () => runs * 10 + queue.DelayedCount, 21);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1, queue.DelayedCount);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Until("the third run", () => runs, 3);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_delayed_key_comes_when_its_time_has_passed()
    {
        var queue = new WorkQueue<string>(_time);
        queue.AddAfter("later", TimeSpan.FromSeconds(10));
        queue.AddAfter("sooner", TimeSpan.FromSeconds(5));
        Assert.Equal(0, queue.Count);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, queue.Count);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["later", "sooner"], (await WorkAsync(queue, 2, _ => null)).Order());
    }

    private static async Task<IReadOnlyCollection<string>> WorkAsync(WorkQueue<string> queue, int count, Func<string, TimeSpan?> work)
    {
        var done = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        await queue.RunAsync(
            async (key, _) =>
            {
                done.Enqueue(key);
                if (done.Count == count)
                {
                    await stop.CancelAsync();
                }

                return work(key);
            },
            stop.Token);
        return done;
    }

    private static Task<int> Until(string what, Func<int> read, int value) => Eventually.Async(what, () => Task.FromResult(read()), v => v == value);
}
