using k8s.Models;
using Kube.Network.Objects;
using Kube.Network.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Services;

/// <summary>
/// Keeps the node's service table as Services and EndpointSlices want it. The table stays when the proxy stops: pods may outlive it, and the next run replaces
/// the table in one transaction once it knows all services.
/// </summary>
internal sealed class ServiceProxy(
    ServiceProxyOptions options, IObjectSource<V1Service> services, IObjectSource<V1EndpointSlice> slices, TimeProvider timeProvider, ILogger<ServiceProxy> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly ChangeSignal _signal = new();
    private readonly NftTable _table = new(options, new CommandRunner(options.NetworkNamespacePath));
    private readonly UdpFlows _flows = new(new CommandRunner(options.NetworkNamespacePath), logger);

    // Outlives a failed change: whoever left since the last success must not keep its flows.
    private ServiceTable _last = ServiceTable.Empty;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _table.ProbeAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var first = services.Subscribe(_signal.Set);
        using var second = slices.Subscribe(_signal.Set);
        _signal.Set();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var complete = services.HasSynced && slices.HasSynced;
                if (await _signal.WaitAsync(complete ? options.ResyncPeriod : RetryAfter, timeProvider, stoppingToken).ConfigureAwait(false))
                    await Task.Delay(options.CoalescePeriod, timeProvider, stoppingToken).ConfigureAwait(false);
                else
                    await _table.VerifyAsync(stoppingToken).ConfigureAwait(false);
                // Half a list would cut off the services not yet read.
                if (services.HasSynced && slices.HasSynced)
                    await SyncAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (CommandException exception)
            {
                logger.ServiceTableFailed(exception.Message);
                await Task.Delay(RetryAfter, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _signal.Set();
            }
        }
    }

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var whole = _table.Applied is null;
        var now = ServiceTableCompiler.Compile(services.List(), slices.List(), options.ServiceCidr);
        await _table.ApplyAsync(now, cancellationToken).ConfigureAwait(false);
        var elapsed = timeProvider.GetElapsedTime(started);
        Telemetry.ServiceProxySync.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("kind", whole ? "full" : "change"));
        if (whole)
        {
            logger.ServiceTableReplaced(_last.Ports.Count == 0 ? "start" : "it was missing or in doubt", now.Ports.Count, (long)elapsed.TotalMilliseconds);
        }
        else
        {
            var changed = now.Ports.Values.Count(port => !_last.Ports.TryGetValue(port.Chain, out var before) || !before.Equals(port));
            var removed = _last.Ports.Keys.Count(chain => !now.Ports.ContainsKey(chain));
            if (changed + removed > 0)
                logger.ServiceTableChanged(now.Ports.Count, changed, removed, (long)elapsed.TotalMilliseconds);
        }
        var before = _last;
        _last = now;
        await _flows.EndAsync(before, now, cancellationToken).ConfigureAwait(false);
    }
}
