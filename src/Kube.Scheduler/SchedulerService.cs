using k8s;
using k8s.Models;
using Kube.Machinery.Events;
using Kube.Machinery.Informers;
using Kube.Machinery.LeaderElection;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Explain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

/// <summary>Runs the scheduler for as long as the host: informers all the time, a loop while it leads.</summary>
internal sealed class SchedulerService(IKubernetes client, SchedulerOptions options, TimeProvider time, ILoggerFactory loggers) : BackgroundService, IPlacementDryRun
{
    private readonly ILogger _logger = loggers.CreateLogger("Kube.Scheduler");
    private volatile SchedulerLoop? _loop;

    public Task<IReadOnlyList<PlacementTrace>> DryRunAsync(IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken) =>
        _loop is { } loop ? loop.DryRunAsync(pods, cancellationToken) : throw new InvalidOperationException("This scheduler does not lead; ask the one that does.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var events = new EventRecorder(client, options.SchedulerName, "", time, _logger);
        var binder = new ApiPodBinder(client, events, time, loggers.CreateLogger<ApiPodBinder>());
        var nodes = new Informer<V1Node>(client, new InformerOptions(), time, _logger);
        var pods = new Informer<V1Pod>(client, new InformerOptions(), time, _logger);
        var background = new[]
        {
            events.RunAsync(stoppingToken), binder.RunAsync(stoppingToken), nodes.RunAsync(stoppingToken), pods.RunAsync(stoppingToken),
        };
        try
        {
            if (options.LeaderElection)
            {
                var election = new LeaderElectionOptions { Name = "kube-scheduler", Identity = options.Identity };
                await new LeaderElector(client, election, time, _logger).RunAsync(token => ScheduleAsync(nodes, pods, binder, token), stoppingToken);
            }
            else
            {
                await ScheduleAsync(nodes, pods, binder, stoppingToken);
            }

            await Task.WhenAll(background);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ScheduleAsync(Informer<V1Node> nodes, Informer<V1Pod> pods, ApiPodBinder binder, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            // Without both lists complete a node would look emptier than it is.
            await nodes.WaitForSyncAsync(cancellationToken);
            await pods.WaitForSyncAsync(cancellationToken);
            var loop = new SchedulerLoop(options, binder, time, _logger);
            using var nodeSubscription = nodes.Subscribe(loop.OnNode);
            using var podSubscription = pods.Subscribe(loop.OnPod);
            _loop = loop;
            try
            {
                await loop.RunAsync(cancellationToken);
            }
#pragma warning disable CA1031 // A fault in the loop's state is cured by building the state anew; a scheduler that stays down is not.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                _logger.LoopFailed(e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
            finally
            {
                _loop = null;
            }
        }
    }
}
