using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Clusters;
using Portal.Core.Observe;
using Portal.Core.Quotas;
using Portal.Core.Releases;

namespace Portal.Core.Apply;

/// <summary>
/// Drives what the database says is to be done, over and over, in one lane a cluster: one that does not answer keeps no other waiting. It remembers nothing: killed at any step, its
/// successor looks at the same rows and does the step again.
/// </summary>
internal sealed partial class RolloutWorker(
    RolloutSteps rollouts, DeletionSteps deletions, NamespaceQuotas quotas, ClusterLinks links, WorkSignal signal, ChangeFeed changes, PortalCoreOptions options, TimeProvider clock, ILogger<RolloutWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lanes = new Dictionary<Guid, Task>();
        var embedded = LaneAsync(null, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = links.Changed;
            foreach (var ended in lanes.Where(lane => lane.Value.IsCompleted).Select(lane => lane.Key).ToList()) lanes.Remove(ended);
            foreach (var cluster in links.Targeted.Where(cluster => !lanes.ContainsKey(cluster))) lanes[cluster] = LaneAsync(cluster, stoppingToken);
            // A lane that is left may be wanted again before it has ended.
            Task next = Task.WhenAny([changed, .. lanes.Values]);
            await next.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll([embedded, .. lanes.Values]);
    }

    private async Task LaneAsync(Guid? cluster, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && (cluster is not { } remote || links.IsTargeted(remote)))
        {
            var (wake, changed) = (signal.Next, changes.Any);
            var busy = false;
            try
            {
                busy = await rollouts.PassAsync(cluster, stoppingToken);
                busy |= await deletions.PassAsync(cluster, stoppingToken);
                busy |= await quotas.PassAsync(cluster, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One pass that failed, whatever the reason, must not end the worker: the next one looks afresh.
                PassFailed(logger, e);
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var tick = Task.Delay(options.PollInterval, clock, pause.Token);
            // Changes in the cluster matter only to a worker that waits for some.
            await (busy ? Task.WhenAny(wake, tick, changed) : Task.WhenAny(wake, tick));
            await pause.CancelAsync();
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "A pass over the rollouts failed")]
    private static partial void PassFailed(ILogger logger, Exception e);
}
