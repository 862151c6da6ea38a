using System.Threading.Channels;

namespace Kube.Network.Objects;

/// <summary>
/// Wakes one loop. Any number of <see cref="Set"/> calls before the loop looks count as one: the loop is level-triggered and reads the current state itself.
/// </summary>
internal sealed class ChangeSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Says that something changed.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for a change.</summary>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="timeProvider">Clock of the wait.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <returns>True when something changed, false when the time ran out.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _channel.Reader.ReadAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
