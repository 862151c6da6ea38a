using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Observe;
using Portal.Core.Quotas;
using Portal.Core.Releases;

namespace Portal.Core.Apply;

/// <summary>
/// Drives what the database says is to be done, over and over. It remembers nothing: killed at any step, its successor looks at the same rows
/// and does the step again.
/// </summary>
internal sealed partial class RolloutWorker(
    RolloutSteps rollouts, DeletionSteps deletions, NamespaceQuotas quotas, WorkSignal signal, ChangeFeed changes, PortalCoreOptions options, TimeProvider clock, ILogger<RolloutWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var (wake, changed) = (signal.Next, changes.Any);
            var busy = false;
            try
            {
                busy = await rollouts.PassAsync(stoppingToken);
                busy |= await deletions.PassAsync(stoppingToken);
                busy |= await quotas.PassAsync(stoppingToken);
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
