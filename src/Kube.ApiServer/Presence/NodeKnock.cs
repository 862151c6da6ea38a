using System.Net.Sockets;
using Kube.ApiServer.Http;

namespace Kube.ApiServer.Presence;

/// <summary>
/// Knocks at the port an agent has published. A refused connection proves that its process is dead, silence that the machine cannot be reached; an agent that takes the
/// connection is asked for <c>/healthz</c> over mutual TLS when it has been silent otherwise.
/// </summary>
internal sealed class NodeKnock(NodeConnection nodes, TimeProvider time)
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromMilliseconds(450);

    /// <param name="node">The node.</param>
    /// <param name="answerPatience">How long its answer is awaited; null to be content with the connection.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<KnockOutcome> AskAsync(string node, TimeSpan? answerPatience, CancellationToken cancellationToken)
    {
        if (nodes.AddressOf(node) is not { } address)
            return KnockOutcome.NoAddress;
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            using var timeout = new CancellationTokenSource(ConnectPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, either.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                return KnockOutcome.Refused;
            }
            catch (SocketException)
            {
                return KnockOutcome.Silent;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return KnockOutcome.Silent;
            }
        }

        return answerPatience is { } patience ? await HealthAsync(node, patience, cancellationToken).ConfigureAwait(false) : KnockOutcome.Open;
    }

    /// <summary>Lets go of what is kept for a node that is no more.</summary>
    public void Forget(string node) => nodes.Forget(node);

    private async Task<KnockOutcome> HealthAsync(string node, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await nodes.GetAsync(node, "/healthz", either.Token).ConfigureAwait(false);
            return KnockOutcome.Answered;
        }
        catch (ApiStatusException)
        {
            // Its identity did not hold, or it hung up.
            return KnockOutcome.Unanswered;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return KnockOutcome.Unanswered;
        }
    }
}
