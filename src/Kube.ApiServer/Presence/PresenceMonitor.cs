using System.Collections.Concurrent;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Presence;

/// <summary>
/// Knocks at the agents of nodes under suspicion, again and again for as long as it lasts, and accuses those that are lost. Each server process minds the watches that end
/// at it; silence is judged by the one that leads, to which the renewals come.
/// </summary>
internal sealed class PresenceMonitor(NodePresence presence, NodeKnock knock, NodeAccuser accuser, IObjectStore store, TimeProvider time, ILogger<PresenceMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Task> _knocks = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (last, swept, led) = (time.GetTimestamp(), time.GetTimestamp(), false);
        while (!stoppingToken.IsCancellationRequested)
        {
            await presence.WaitAsync(Look, stoppingToken).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested)
                break;
            var leads = store.Leads;
            var late = time.GetElapsedTime(last) > Stall;
            last = time.GetTimestamp();
            if (late || (leads && !led))
                presence.Forgive(fromLeases: leads && !led);
            led = leads;
            foreach (var (node, signs) in presence.Nodes.Where(n => !_knocks.ContainsKey(n.Key) && n.Value.IsSuspect(leads)).OrderBy(n => n.Key, StringComparer.Ordinal))
                _knocks[node] = InvestigateAsync(node, signs, stoppingToken);

            foreach (var (node, work) in _knocks)
            {
                if (work.IsCompleted)
                    _knocks.TryRemove(node, out _);
            }

            if (time.GetElapsedTime(swept) > SweepEvery)
            {
                swept = time.GetTimestamp();
                foreach (var gone in presence.Sweep())
                    knock.Forget(gone);
            }
        }

        await Task.WhenAll(_knocks.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task InvestigateAsync(string node, NodeSigns signs, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var silent = signs.IsSilent();
            var outcome = await knock.AskAsync(node, silent ? signs.AnswerPatience : null, cancellationToken).ConfigureAwait(false);
            switch (outcome)
            {
                case KnockOutcome.Open:
                    signs.Listens();
                    return;
                case KnockOutcome.Answered:
                    signs.Answered();
                    signs.Listens();
                    await accuser.RetractAsync(node, cancellationToken).ConfigureAwait(false);
                    return;
                case KnockOutcome.Refused:
                    await AccuseAsync(node, signs, NodeLoss.Refused, cancellationToken).ConfigureAwait(false);
                    break;
                case KnockOutcome.Silent when signs.IsSilent() || !signs.IsWatched:
                    await AccuseAsync(node, signs, NodeLoss.Silent, cancellationToken).ConfigureAwait(false);
                    break;
                case KnockOutcome.Unanswered when signs.IsSilent():
                    await AccuseAsync(node, signs, NodeLoss.Unanswered, cancellationToken).ConfigureAwait(false);
                    break;
                case KnockOutcome.NoAddress when signs.IsLongSilent():
                    await AccuseAsync(node, signs, NodeLoss.Silent, cancellationToken).ConfigureAwait(false);
                    break;
            }

            signs.Postpone();
        }
        catch (ApiStatusException e)
        {
            signs.Postpone();
            Log.AccusationFailed(logger, node, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
#pragma warning disable CA1031 // One node's knock must not end the watch over the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            signs.Postpone();
            Log.AccusationFailed(logger, node, e.ToString());
        }
    }

    private async Task AccuseAsync(string node, NodeSigns signs, NodeLoss loss, CancellationToken cancellationToken)
    {
        if (await accuser.AccuseAsync(node, signs, loss, cancellationToken).ConfigureAwait(false))
            Log.NodeAccused(logger, node, loss);
    }
}
