using System.Diagnostics;
using Benchmarks.Instance;

namespace Benchmarks.Plane;

/// <summary>Follows the pods of a namespace that have a node: each counts at the moment its binding is seen, which is after it is durable.</summary>
internal sealed class BindWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private int _seen;
    private long _last;

    private BindWatch(Stream stream, HttpResponseMessage answer) => _reading = ReadAsync(stream, answer);

    /// <summary>How many pods have been seen with a node.</summary>
    public int Seen => Volatile.Read(ref _seen);

    /// <summary>When the last one was, as a stopwatch's timestamp.</summary>
    public long Last => Volatile.Read(ref _last);

    public static async Task<BindWatch> StartAsync(ApiClients api, string ns)
    {
        var answer = await api.Connect().GetAsync($"/api/v1/namespaces/{ns}/pods?watch=true&fieldSelector=spec.nodeName!%3D&timeoutSeconds=3600", HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return new BindWatch(await answer.Content.ReadAsStreamAsync(), answer);
    }

    /// <summary>Waits until so many have been seen.</summary>
    /// <returns>When the last of them was, as a stopwatch's timestamp.</returns>
    public async Task<long> WaitAsync(int count, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (Seen < count)
        {
            if (clock.Elapsed > patience) throw new TimeoutException($"{Seen} of {count} pods have a node after {patience.TotalSeconds} s.");
            await Task.Delay(5);
        }

        return Last;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    // Lines begin {"type":"ADDED": with the selector, a pod is added when it gets its node.
    private async Task ReadAsync(Stream stream, HttpResponseMessage answer)
    {
        var buffer = new byte[256 * 1024];
        var (start, length) = (0, 0);
        using (answer)
        {
            await using (stream)
            {
                try
                {
                    while (await stream.ReadAsync(buffer.AsMemory(start + length), _stop.Token) is > 0 and var read)
                    {
                        length += read;
                        while (buffer.AsSpan(start, length).IndexOf((byte)'\n') is >= 0 and var end)
                        {
                            if (buffer.AsSpan(start, end).StartsWith("{\"type\":\"ADDED\""u8))
                            {
                                Volatile.Write(ref _last, Stopwatch.GetTimestamp());
                                Interlocked.Increment(ref _seen);
                            }

                            (start, length) = (start + end + 1, length - end - 1);
                        }

                        buffer.AsSpan(start, length).CopyTo(buffer);
                        start = 0;
                    }
                }
                catch (OperationCanceledException)
                {
                    // Enough was seen.
                }
            }
        }
    }
}
