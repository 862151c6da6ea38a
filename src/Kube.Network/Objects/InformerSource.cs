using k8s;
using k8s.Models;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Objects;

/// <summary>Runs one informer for as long as the host lives and offers its cache. All rooms of a host share it, so each kind is watched once.</summary>
internal sealed class InformerSource<T>(IKubernetes client, InformerOptions options, TimeProvider timeProvider, ILoggerFactory loggers)
    : BackgroundService, IObjectSource<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Informer<T> _informer = new(client, options, timeProvider, loggers.CreateLogger<Informer<T>>());

    public bool HasSynced => _informer.HasSynced;

    public IReadOnlyCollection<T> List() => _informer.List();

    public IDisposable Subscribe(Action changed) => _informer.Subscribe(_ => changed());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _informer.RunAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
