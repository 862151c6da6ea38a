using k8s;
using Kube.Controllers.CertificateRequests;
using Kube.Controllers.CronJobs;
using Kube.Controllers.DaemonSets;
using Kube.Controllers.Deployments;
using Kube.Controllers.Disruption;
using Kube.Controllers.Endpoints;
using Kube.Controllers.EndpointSliceMirroring;
using Kube.Controllers.EndpointSlices;
using Kube.Controllers.GarbageCollection;
using Kube.Controllers.HorizontalPodAutoscalers;
using Kube.Controllers.Jobs;
using Kube.Controllers.LocalVolumes;
using Kube.Controllers.Namespaces;
using Kube.Controllers.NodeIpam;
using Kube.Controllers.NodeLifecycle;
using Kube.Controllers.PersistentVolumes;
using Kube.Controllers.PodGarbageCollection;
using Kube.Controllers.ReplicaSets;
using Kube.Controllers.ReplicationControllers;
using Kube.Controllers.RootCertificates;
using Kube.Controllers.ServiceAccounts;
using Kube.Controllers.StatefulSets;
using Kube.Controllers.TtlAfterFinished;
using Kube.Machinery.Events;
using Kube.Machinery.LeaderElection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Controllers;

/// <summary>Runs the controllers for as long as the host: informers all the time, controllers while it leads.</summary>
internal sealed class ControllerService(IKubernetes client, KubeControllersOptions options, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger("Kube.Controllers");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var events = new EventRecorder(client, "controller-manager", "", time, _logger);
        var informers = new ClusterInformers(client, time, _logger);
        var context = new ControllerContext(client, informers, events, options, time, _logger);
        var background = new[] { events.RunAsync(stoppingToken), informers.RunAsync(stoppingToken) };
        try
        {
            if (options.LeaderElection)
            {
                var election = new LeaderElectionOptions { Name = "kube-controller-manager", Identity = options.Identity };
                await new LeaderElector(client, election, time, _logger).RunAsync(token => ControlAsync(context, token), stoppingToken);
            }
            else
            {
                await ControlAsync(context, stoppingToken);
            }

            await Task.WhenAll(background);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ControlAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        // The leader before has written until just now, and what it did must not be done again.
        await context.Informers.CatchUpAsync(cancellationToken);
        Func<Controller>[] controllers =
        [
            () => new DeploymentController(context),
            () => new ReplicaSetController(context),
            () => new ReplicationControllerController(context),
            () => new StatefulSetController(context),
            () => new DaemonSetController(context),
            () => new EndpointSliceController(context),
            () => new EndpointsController(context),
            () => new EndpointSliceMirroringController(context),
            () => new NamespaceController(context),
            () => new GarbageCollector(context),
            () => new NodeLifecycleController(context),
            () => new NodeIpamController(context),
            () => new PodGarbageCollector(context),
            () => new ServiceAccountController(context),
            .. options.RootCertificate is { } certificate ? (Func<Controller>[])[() => new RootCertificateController(context, certificate)] : [],
            () => new DisruptionController(context),
            () => new JobController(context),
            () => new JobOrphanController(context),
            () => new TtlAfterFinishedController(context),
            () => new CronJobController(context),
            () => new HorizontalPodAutoscalerController(context),
            () => new PersistentVolumeController(context),
            () => new ClaimProtectionController(context),
            () => new VolumeProtectionController(context),
            () => new LocalVolumeController(context),
            () => new CertificateRequestCleaner(context),
        ];
        await Task.WhenAll(controllers.Select(make => KeepRunningAsync(make, cancellationToken)));
    }

    // A fault in one controller's own machinery starts that one anew and leaves the others alone.
    private async Task KeepRunningAsync(Func<Controller> make, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var controller = make();
            try
            {
                await controller.RunAsync(cancellationToken);
            }
#pragma warning disable CA1031 // See above.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _logger.ControllerFailed(controller.GetType().Name, e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }
}
