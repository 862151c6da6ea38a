using k8s.Models;
using Kube.Network.Ingress.Certificates;
using Kube.Network.Ingress.Configuration;
using Kube.Network.Ingress.Forwarding;
using Kube.Network.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Ingress;

/// <summary>Rebuilds table and certificates whenever Ingresses, Services, EndpointSlices or TLS Secrets change, and swaps them whole.</summary>
internal sealed class IngressController(
    KubeIngressOptions options,
    IObjectSource<V1Ingress> ingresses,
    IObjectSource<V1Service> services,
    IObjectSource<V1EndpointSlice> slices,
    IObjectSource<V1Secret> secrets,
    IngressRouter router,
    CertificateStore certificates,
    IngressStatusWriter statusWriter,
    TimeProvider timeProvider,
    ILogger<IngressController> logger) : BackgroundService
{
    private static readonly TimeSpan SyncPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ResyncPeriod = TimeSpan.FromMinutes(1);

    private readonly ChangeSignal _signal = new();

    private bool HasSynced => ingresses.HasSynced && services.HasSynced && slices.HasSynced && secrets.HasSynced;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var first = ingresses.Subscribe(_signal.Set);
        using var second = services.Subscribe(_signal.Set);
        using var third = slices.Subscribe(_signal.Set);
        using var fourth = secrets.Subscribe(_signal.Set);
        _signal.Set();
        try
        {
            while (true)
            {
                var complete = HasSynced;
                if (await _signal.WaitAsync(complete ? ResyncPeriod : SyncPoll, timeProvider, stoppingToken).ConfigureAwait(false))
                    await Task.Delay(options.CoalescePeriod, timeProvider, stoppingToken).ConfigureAwait(false);
                // Half a list would serve 404 for apps not yet read.
                if (HasSynced)
                    Sync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Sync()
    {
        try
        {
            var present = ingresses.List();
            var configuration = IngressCompiler.Compile(options.ClassName, present, services.List(), slices.List());
            certificates.Update(configuration, secrets.List());
            router.Current = IngressTable.Build(configuration, router.Current);
            logger.IngressTableChanged(configuration.Hosts.Count, configuration.Backends.Count);
            statusWriter.Report(configuration, present);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or NullReferenceException or KeyNotFoundException)
        {
            // An object of a shape nobody foresaw must cost its own effect, not the table of everybody.
            logger.IngressTableFailed(exception.ToString());
        }
    }
}
