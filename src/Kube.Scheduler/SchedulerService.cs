using k8s;
using Kube.Machinery.Events;
using Kube.Machinery.LeaderElection;
using Kube.Machinery.Placement;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Reviews;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Scheduler;

/// <summary>Runs the scheduler for as long as the host: informers all the time, a loop while it leads.</summary>
internal sealed class SchedulerService(IKubernetes client, SchedulerOptions options, TimeProvider time, ILoggerFactory loggers) : BackgroundService, IPlacementReviews
{
    private readonly ILogger _logger = loggers.CreateLogger("Kube.Scheduler");
    private volatile SchedulerLoop? _loop;
    private volatile SchedulerInformers? _informers;

    public async Task<PlacementReviewStatus?> AnswerAsync(PlacementInquiry inquiry, CancellationToken cancellationToken)
    {
        if (_informers is not { HasSynced: true } informers)
        {
            return null;
        }

        // The one that leads knows what is assumed and why pods wait; any other reads the same objects.
        var capture = _loop is { } loop ? await loop.CaptureAsync(cancellationToken) : informers.Capture(options.SchedulerName);
        return await Task.Run(() => new PlacementReviewer(new ReviewedCluster(capture), inquiry).Answer(), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var events = new EventRecorder(client, options.SchedulerName, "", time, _logger);
        var binder = new ApiPodBinder(client, events, time, loggers.CreateLogger<ApiPodBinder>());
        var informers = _informers = new SchedulerInformers(client, time, _logger);
        var background = new[] { events.RunAsync(stoppingToken), binder.RunAsync(stoppingToken), informers.RunAsync(stoppingToken) };
        try
        {
            if (options.LeaderElection)
            {
                var election = new LeaderElectionOptions { Name = "kube-scheduler", Identity = options.Identity };
                await new LeaderElector(client, election, time, _logger).RunAsync(token => ScheduleAsync(informers, binder, token), stoppingToken);
            }
            else
            {
                await ScheduleAsync(informers, binder, stoppingToken);
            }

            await Task.WhenAll(background);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ScheduleAsync(SchedulerInformers informers, ApiPodBinder binder, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            // On what was a moment ago a node would look emptier than it is: another scheduler may have bound to it until just now.
            await informers.CatchUpAsync(cancellationToken);
            var loop = new SchedulerLoop(options, binder, time, _logger);
            using var subscription = informers.Subscribe(loop);
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
