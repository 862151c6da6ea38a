namespace Kube.Machinery.Streams;

/// <summary>Passes bytes between two connections in both directions until one of them ends.</summary>
public static class StreamRelay
{
    private const int BufferSize = 32 * 1024;

    // For what an upstream that takes nothing any more has still to say.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

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
        if (first == up && await up.ConfigureAwait(false) == RelayEnd.Refused)
        {
            // The upstream has closed over input it did not want: its output may still be on the way.
            silence.CancelAfter(LastWords);
            first = down;
        }

        var byUpstream = first == down && await down.ConfigureAwait(false) == RelayEnd.Closed;
        await ends.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(up, down).ConfigureAwait(false);
        return byUpstream;
    }

    private static async Task<RelayEnd> CopyAsync(Stream from, Stream to, CancellationTokenSource silence, TimeSpan idle, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            int read;
            try
            {
                read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException or ObjectDisposedException)
            {
                return RelayEnd.Broken;
            }

            if (read == 0)
                return RelayEnd.Closed;
            silence.CancelAfter(idle);
            try
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                await to.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException or ObjectDisposedException)
            {
                return RelayEnd.Refused;
            }
        }
    }

    private enum RelayEnd
    {
        /// <summary>The source said that nothing more comes.</summary>
        Closed,

        /// <summary>The source's connection broke.</summary>
        Broken,

        /// <summary>The destination takes nothing more.</summary>
        Refused,
    }
}
