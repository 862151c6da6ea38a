namespace Kube.Machinery.Streams;

/// <summary>Passes bytes between two connections in both directions until one of them ends.</summary>
public static class StreamRelay
{
    private const int BufferSize = 32 * 1024;

    /// <summary>
    /// Relays until either side closes or nothing has moved for <paramref name="idle"/>. What the upstream has sent is with the client when this returns;
    /// the caller closes both.
    /// </summary>
    /// <returns>True when the upstream ended first, which is how a stream ends by itself; false when the client left or nothing moved.</returns>
    public static async Task<bool> RunAsync(Stream client, Stream upstream, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(idle, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var up = CopyAsync(client, upstream, silence, idle, ends.Token);
        var down = CopyAsync(upstream, client, silence, idle, ends.Token);
        var first = await Task.WhenAny(up, down).ConfigureAwait(false);
        var byUpstream = first == down && down.IsCompletedSuccessfully;
        await ends.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return byUpstream;
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationTokenSource silence, TimeSpan idle, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            silence.CancelAfter(idle);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
